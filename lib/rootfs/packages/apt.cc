// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/apt.h"

#include <algorithm>
#include <set>

#include "lib/base/file.h"
#include "lib/base/subprocess.h"
#include "lib/base/text.h"
#include "lib/crypto/digest.h"
#include "lib/rootfs/packages/keyring.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTrustedParts = "/etc/apt/trusted.gpg.d";
constexpr std::string_view kTrusted = "/etc/apt/trusted.gpg";

/// apt.conf(5) has no escapes: a path must not contain what a value can't hold.
Result<std::string> Setting(std::string_view name, const std::string& value) {
  if (value.find_first_of("\"\n;") != std::string::npos) {
    return UnsupportedError("apt takes no path with quotes, semicolons or newlines in it: " + value)
        .WithHint("set HALLMARK_CACHE to another directory");
  }
  return std::string(name) + " \"" + value + "\";\n";
}

/// apt's settings for reaching the builder's mirrors: proxies, time-outs, and what its administrator decided about old
/// lists.
Result<std::string> AcquireSettings() {
  ASSIGN_OR_RETURN(const CommandOutput output, RunCommandChecked({.argv = {"apt-config", "dump", "Acquire"}}));
  std::string settings;
  for (std::string_view rest = output.standard_output; const auto line = TakeLine(rest);) {
    for (const std::string_view prefix :
         {"Acquire::http", "Acquire::Retries", "Acquire::Check-", "Acquire::Max-", "Acquire::Min-"}) {
      if (line->starts_with(prefix)) settings.append(*line).append("\n");
    }
  }
  return settings;
}

Result<void> AppendKeys(const fs::path& file, ByteVector* keyring) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(file));
  Result<ByteVector> keys = DearmorKeys(text);
  if (!keys.ok()) return std::move(keys).error().WithContext(file.string());
  keyring->insert(keyring->end(), keys->begin(), keys->end());
  return {};
}

/// The keys that the builder trusts for any source.
Result<void> AppendTrustedKeys(ByteVector* keyring) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(kTrustedParts, ignored)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".gpg" || extension == ".asc") files.push_back(entry.path());
  }
  if (fs::is_regular_file(kTrusted, ignored)) files.emplace_back(kTrusted);
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) RETURN_IF_ERROR(AppendKeys(file, keyring));
  return {};
}

Result<ByteVector> CollectKeys(const Recipe& recipe, const std::vector<AptSource>& sources) {
  ByteVector keyring;
  if (!recipe.apt.keyring.empty()) {
    RETURN_IF_ERROR(AppendKeys(recipe.apt.keyring, &keyring).WithHint("keyring of [apt] names the archive's keys"));
    return keyring;
  }
  bool needs_trusted = false;
  std::set<std::string> seen;
  for (const AptSource& source : sources) {
    if (!seen.insert(source.signed_by).second) continue;
    if (source.signed_by.find("BEGIN PGP") != std::string::npos) {
      ASSIGN_OR_RETURN(const ByteVector keys, DearmorKeys(source.signed_by));
      keyring.insert(keyring.end(), keys.begin(), keys.end());
    } else if (source.signed_by.starts_with('/')) {
      for (const std::string_view file : SplitWords(source.signed_by, ", ")) {
        if (file.starts_with('/')) RETURN_IF_ERROR(AppendKeys(file, &keyring));
      }
    } else {
      needs_trusted = true;
    }
  }
  if (needs_trusted) RETURN_IF_ERROR(AppendTrustedKeys(&keyring));
  return keyring;
}

/// apt's output without its progress, repetitions, and warnings about the directories that we gave it.
Error AptError(const CommandOutput& output) {
  std::string said;
  bool kept = false;  // indented lines belong to the one before them
  const std::string all = output.standard_output + output.standard_error;
  for (std::string_view rest = all; const auto line = TakeLine(rest);) {
    static constexpr std::string_view kChatter[] = {
        "Reading ", "Building ", "Hit:", "Get:", "Ign:", "Err:", "NOTE:", "W:", "Fetched "};
    if (!line->starts_with(' ')) {
      kept = line->starts_with("W: GPG error") ||
             std::none_of(std::begin(kChatter), std::end(kChatter), [&](auto word) { return line->starts_with(word); });
    }
    if (kept && !line->empty()) said.append("\n  ").append(*line);
  }
  return IoError("apt says:" + said);
}

}  // namespace

Result<Apt> Apt::Open(const Recipe& recipe, const std::vector<AptSource>& sources, const Cache& cache) {
  std::string identity = recipe.architecture + "\n";
  for (const AptSource& source : sources) {
    identity += source.uri + " " + source.suite + " " + source.signed_by;
    for (const std::string& component : source.components) identity += " " + component;
    identity += "\n";
  }
  constexpr size_t kDigits = 16;
  Apt apt(cache.directory() / "apt" / ToHex(Sha256(AsBytes(identity))).substr(0, kDigits));
  RETURN_IF_ERROR(apt.Configure(recipe, sources));
  return apt;
}

Result<void> Apt::Configure(const Recipe& recipe, const std::vector<AptSource>& sources) const {
  for (const char* part : {"lists/partial", "archives/partial", "empty"}) {
    RETURN_IF_ERROR(MakeDirectories(directory_ / part));
  }
  ASSIGN_OR_RETURN(const ByteVector keys, CollectKeys(recipe, sources));
  RETURN_IF_ERROR(WriteFileAtomically(keyring_, keys));
  RETURN_IF_ERROR(WriteFileAtomically(directory_ / "status", {}));

  std::string list;
  for (const AptSource& source : sources) {
    // With fingerprints, apt accepts only signatures of these keys of its trusted keyring.
    const std::string by = recipe.apt.fingerprints.empty() ? keyring_.string() : source.signed_by;
    list += "deb [arch=" + recipe.architecture + " signed-by=" + by + "] " + source.uri + " " + source.suite;
    for (const std::string& component : source.components) list += " " + component;
    list += "\n";
  }
  RETURN_IF_ERROR(WriteFileAtomically(directory_ / "sources.list", AsBytes(list)));

  ASSIGN_OR_RETURN(std::string settings, AcquireSettings());
  const std::pair<const char*, std::string> own[] = {
      {"APT::Architecture", recipe.architecture},
      {"Dir::State", directory_.string()},
      {"Dir::State::status", (directory_ / "status").string()},
      {"Dir::State::lists", (directory_ / "lists").string()},
      {"Dir::Cache", directory_.string()},
      {"Dir::Cache::archives", (directory_ / "archives").string()},
      {"Dir::Etc::sourcelist", (directory_ / "sources.list").string()},
      {"Dir::Etc::sourceparts", (directory_ / "empty").string()},
      {"Dir::Etc::main", "/dev/null"},
      {"Dir::Etc::parts", (directory_ / "empty").string()},
      {"Dir::Etc::preferences", "/dev/null"},
      {"Dir::Etc::preferencesparts", (directory_ / "empty").string()},
      {"Dir::Etc::trusted", keyring_.string()},
      {"Dir::Etc::trustedparts", (directory_ / "empty").string()},
      {"Acquire::Languages", "none"},
      {"APT::Sandbox::User", ""},  // the lists belong to us, not to _apt
      {"APT::Get::List-Cleanup", "true"},
      {"Acquire::AllowInsecureRepositories", "false"},
      {"Acquire::AllowDowngradeToInsecureRepositories", "false"},
  };
  settings += "#clear APT::Architectures;\nAPT::Architectures { \"" + recipe.architecture + "\"; };\n";
  for (const auto& [name, value] : own) {
    ASSIGN_OR_RETURN(const std::string setting, Setting(name, value));
    settings += setting;
  }
  return WriteFileAtomically(directory_ / "apt.conf", AsBytes(settings));
}

std::vector<std::string> Apt::Environment() const {
  std::vector<std::string> environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=/",
                                          "APT_CONFIG=" + (directory_ / "apt.conf").string()};
  for (const char* name : {"http_proxy", "https_proxy", "no_proxy", "ftp_proxy"}) {
    if (const char* value = std::getenv(name); value != nullptr) environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

Result<void> Apt::Update() const {
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Acquire(directory_ / "hallmark.lock"));
  ASSIGN_OR_RETURN(const CommandOutput output,
                   RunCommand({.argv = {"apt-get", "update", "-q", "--error-on=any"}, .environment = Environment()}));
  if (output.exit_status == 0) return {};
  return AptError(output)
      .WithContext("fetching the package lists")
      .WithHint("check the network and the apt sources; signatures must be by the recipe's keys");
}

Result<Apt::Plan> Apt::Resolve(const std::vector<std::string>& packages, bool recommends) const {
  std::vector<std::string> argv = {"apt-get",
                                   "install",
                                   "--simulate",
                                   "-q",
                                   std::string("-oAPT::Install-Recommends=") + (recommends ? "true" : "false"),
                                   "?essential"};
  argv.insert(argv.end(), packages.begin(), packages.end());
  ASSIGN_OR_RETURN(const CommandOutput output, RunCommand({.argv = argv, .environment = Environment()}));
  if (output.exit_status != 0) {
    Error error = AptError(output).WithContext("resolving the recipe's packages");
    error.kind = ErrorKind::kIo;
    return std::move(error).WithHint("packages of [apt] names what to install; a package may have left the suite");
  }
  return ParsePlan(output.standard_output);
}

Apt::Plan Apt::ParsePlan(std::string_view text) {
  Plan plan;
  while (const auto line = TakeLine(text)) {
    // "Inst NAME (VERSION Origin:... [ARCH])", "Conf NAME (...)"; a package of a foreign architecture has ":ARCH" after
    // its name.
    const std::vector<std::string_view> words = SplitWords(*line);
    if (words.size() < 3 || (words[0] != "Inst" && words[0] != "Conf")) continue;
    const std::string name(words[1]);
    const size_t open = line->find('(');
    const std::string version(line->substr(open + 1, line->find(' ', open) - open - 1));
    if (words[0] == "Inst") {
      plan.unpack.push_back({name, version});
    } else {
      plan.configure.push_back(name);
    }
  }
  return plan;
}

Result<std::vector<Apt::Index>> Apt::Indexes() const {
  ASSIGN_OR_RETURN(const CommandOutput targets,
                   RunCommandChecked({.argv = {"apt-get", "indextargets", "--format",
                                               "$(FILENAME)\t$(RELEASE)\t$(REPO_URI)", "Created-By: Packages"},
                                      .environment = Environment()}));
  std::vector<Index> indexes;
  for (std::string_view rest = targets.standard_output; const auto line = TakeLine(rest);) {
    const std::vector<std::string> words = Words(*line, "\t");
    if (words.size() < 3) continue;
    const std::string& file = words[0];
    Index index{.suite = words[1], .uri = words[2]};
    // lists/HOST_path_dists_SUITE_COMPONENT_...: the InRelease of that suite is beside it.
    const std::string marker = "_dists_" + index.suite + "_";
    const size_t at = file.rfind(marker);
    if (at == std::string::npos) return InternalError("apt keeps a list under a name that is not understood: " + file);
    index.release = file.substr(0, at + marker.size()) + "InRelease";
    ASSIGN_OR_RETURN(CommandOutput content, RunCommandChecked({.argv = {"/usr/lib/apt/apt-helper", "cat-file", file},
                                                               .environment = Environment()}));
    index.packages = std::move(content.standard_output);
    indexes.push_back(std::move(index));
  }
  return indexes;
}

}  // namespace hallmark
