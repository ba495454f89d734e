// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/apt_sources.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/text.h"
#include "lib/rootfs/packages/deb822.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// Takes "[arch=amd64 signed-by=/x]" off the front of `rest`; returns the value of signed-by.
std::string TakeOptions(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  if (!rest.starts_with('[')) return {};
  const size_t end = std::min(rest.find(']'), rest.size() - 1);
  std::string signed_by;
  for (const std::string& option : Words(rest.substr(1, end - 1))) {
    constexpr std::string_view kSignedBy = "signed-by=";
    if (Lowercase(option).starts_with(kSignedBy)) signed_by = option.substr(kSignedBy.size());
  }
  rest.remove_prefix(end + 1);
  return signed_by;
}

Result<std::vector<AptSource>> BuilderSources() {
  std::vector<AptSource> sources;
  const auto append = [&sources](std::vector<AptSource> more) {
    sources.insert(sources.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  if (const auto text = ReadSmallFile("/etc/apt/sources.list"); text.ok()) append(ParseSourcesList(*text));
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/etc/apt/sources.list.d", ignored)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const bool list = file.extension() == ".list";
    if (!list && file.extension() != ".sources") continue;
    ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(file));
    append(list ? ParseSourcesList(text) : ParseDeb822Sources(text));
  }
  return sources;
}

/// The recipe's components that the source has; if there are none, the source is not used.
std::vector<std::string> CommonComponents(const AptSource& source, const Recipe::Apt& apt) {
  if (apt.components.empty()) return source.components;
  std::vector<std::string> common;
  for (const std::string& component : source.components) {
    if (std::find(apt.components.begin(), apt.components.end(), component) != apt.components.end()) {
      common.push_back(component);
    }
  }
  return common;
}

Result<std::vector<AptSource>> HostSources(const Recipe& recipe) {
  const Recipe::Apt& apt = recipe.apt;
  ASSIGN_OR_RETURN(const std::vector<AptSource> all, BuilderSources());
  std::vector<AptSource> sources;
  bool has_suite = false;
  for (AptSource source : all) {
    if (std::find(apt.suites.begin(), apt.suites.end(), source.suite) == apt.suites.end()) continue;
    source.components = CommonComponents(source, apt);
    if (source.components.empty()) continue;
    has_suite = has_suite || source.suite == apt.suite;
    sources.push_back(std::move(source));
  }
  if (!has_suite) {
    return NotFoundError("recipe " + recipe.name +
                         " takes its packages from this machine's apt sources, which do not have " + apt.suite)
        .WithHint("add " + apt.suite + " to /etc/apt/sources.list.d, or name mirrors in [apt]");
  }
  return sources;
}

}  // namespace

std::vector<AptSource> ParseSourcesList(std::string_view text) {
  std::vector<AptSource> sources;
  while (const auto whole_line = TakeLine(text)) {
    std::string_view line = Trimmed(whole_line->substr(0, whole_line->find('#')));
    if (!line.starts_with("deb ") && !line.starts_with("deb\t")) continue;
    line.remove_prefix(4);
    const std::string signed_by = TakeOptions(line);
    const std::vector<std::string> words = Words(line);
    if (words.size() < 3) continue;  // flat repositories have no components
    sources.push_back({WithSlash(words[0]), words[1], {words.begin() + 2, words.end()}, signed_by});
  }
  return sources;
}

std::vector<AptSource> ParseDeb822Sources(std::string_view text) {
  std::vector<AptSource> sources;
  ForEachParagraph(text, [&](const Deb822Paragraph& paragraph) {
    const std::vector<std::string> types = Words(paragraph.Get("Types"));
    const std::string enabled = Lowercase(paragraph.Get("Enabled"));
    if (enabled == "no" || enabled == "false" || enabled == "0") return;
    if (std::find(types.begin(), types.end(), "deb") == types.end()) return;
    for (const std::string& uri : Words(paragraph.Get("URIs"))) {
      for (const std::string& suite : Words(paragraph.Get("Suites"))) {
        sources.push_back(
            {WithSlash(uri), suite, Words(paragraph.Get("Components")), std::string(paragraph.Get("Signed-By"))});
      }
    }
  });
  return sources;
}

std::string SnapshotBase(const std::string& mirror, const std::string& time) {
  constexpr std::string_view kTime = "{time}";
  std::string uri = mirror;
  if (const size_t at = uri.find(kTime); at != std::string::npos) uri.replace(at, kTime.size(), time);
  return WithSlash(uri);
}

Result<std::vector<AptSource>> AptSources(const Recipe& recipe) {
  const Recipe::Apt& apt = recipe.apt;
  if (apt.host_sources) return HostSources(recipe);
  std::string signed_by;
  for (const std::string& fingerprint : apt.fingerprints) signed_by += (signed_by.empty() ? "" : ",") + fingerprint;
  std::vector<AptSource> sources;
  std::vector<std::string> bases = apt.mirrors;
  if (!apt.snapshot.empty()) bases = {SnapshotBase(apt.snapshot_mirror, apt.snapshot)};
  for (const std::string& base : bases) {
    for (const std::string& suite : apt.suites) sources.push_back({WithSlash(base), suite, apt.components, signed_by});
  }
  return sources;
}

}  // namespace hallmark
