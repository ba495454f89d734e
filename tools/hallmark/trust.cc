// SPDX-License-Identifier: Apache-2.0
#include "signing/document/trust.h"

#include <algorithm>
#include <array>

#include "lib/base/file.h"
#include "lib/base/time.h"
#include "signing/document/minisign.h"
#include "tools/cli/keys.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/program.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

constexpr uint64_t kDefaultLife = uint64_t{365} * 86400;

void AddRoleOptions(cli::Options& options) {
  options.AddTexts("bundle-key", "FILE", "A public key that may sign bundles; may be given again");
  options.AddTexts("smol-key", "FILE", "A public key that may sign smol-bin images; may be given again");
  options.AddTexts(
      "root-key", "FILE",
      "A public key that may sign the next version; may be given again (default: for init those of --sign-with)");
  options.AddNumber("threshold", "N", "How many keys must sign a bundle or a smol-bin image", {});
  options.AddNumber("smol-threshold", "N", "The same for smol-bin images alone", {});
  options.AddNumber("root-threshold", "N", "How many root keys must sign a version", {});
  options.AddText("expires", "2026-11-01T12:00:00Z",
                  "When hosts stop updating with this version (default: in 365 days)");
  cli::AddSignerOptions(options, "sign-with");
}

/// Replaces the keys of a role by those of an option, if that was given.
Result<void> TakeKeys(const cli::Parsed& parsed, const std::string& option, KeyThreshold& role) {
  if (!parsed.Has(option)) return {};
  role.keys.clear();
  for (const std::string& path : parsed.Texts(option)) {
    ASSIGN_OR_RETURN(const PublicKey key, cli::LoadPublicKey(path));
    role.keys.push_back(key);
  }
  std::sort(role.keys.begin(), role.keys.end());
  role.keys.erase(std::unique(role.keys.begin(), role.keys.end()), role.keys.end());
  return {};
}

/// Applies the options to a trust version. What they do not name stays as it is.
Result<void> ApplyOptions(const cli::Parsed& parsed, TrustVersion& version) {
  RETURN_IF_ERROR(TakeKeys(parsed, "bundle-key", version.bundle));
  RETURN_IF_ERROR(TakeKeys(parsed, "smol-key", version.smol_bin));
  RETURN_IF_ERROR(TakeKeys(parsed, "root-key", version.root));
  if (parsed.Has("threshold")) {
    version.bundle.threshold = version.smol_bin.threshold = parsed.Number("threshold");
  }
  if (parsed.Has("smol-threshold")) version.smol_bin.threshold = parsed.Number("smol-threshold");
  if (parsed.Has("root-threshold")) version.root.threshold = parsed.Number("root-threshold");
  version.expires = CurrentUtcSecond() + kDefaultLife;
  if (parsed.Has("expires")) {
    const Result<uint64_t> expires = ParseUtc(parsed.Text("expires"));
    if (!expires.ok()) return UsageError("--expires: " + expires.error().message);
    version.expires = *expires;
    if (version.expires <= CurrentUtcSecond())
      return UsageError("--expires: is in the past, so no host would update with this version");
  }
  return {};
}

void PrintRole(const char* name, const KeyThreshold& role, cli::Output& output) {
  output.Print("  %s: %llu of %zu\n", name, static_cast<unsigned long long>(role.threshold), role.keys.size());
  for (const PublicKey& key : role.keys) {
    const std::string minisign = FormatMinisignPublicKey({DeriveMinisignKeyId(key), key});
    const size_t line = minisign.find('\n') + 1;
    output.Print("    %s  minisign -P %s\n", key.Id().c_str(),
                 minisign.substr(line, minisign.size() - line - 1).c_str());
  }
}

void PrintVersion(const TrustVersion& version, cli::Output& output) {
  output.Print("version %llu, expires %s%s\n", static_cast<unsigned long long>(version.version),
               FormatUtc(version.expires).c_str(), version.expires <= CurrentUtcSecond() ? " (expired)" : "");
  PrintRole("root", version.root, output);
  PrintRole("bundle", version.bundle, output);
  PrintRole("smol-bin", version.smol_bin, output);
}

Result<int> RunInit(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark trust init",
                       "--bundle-key FILE --smol-key FILE --sign-with KEY -o trust.json [OPTION...]",
                       "Write the first version of a trust file.");
  options.AddText("o,output", "FILE", "Where the trust file goes", "trust.json");
  AddRoleOptions(options);
  options.Require({"bundle-key", "smol-key"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  const std::string path = parsed->Text("output");
  if (std::filesystem::exists(path)) {
    return UsageError(path + ": exists already").WithHint("'hallmark trust rotate' adds a version to it");
  }
  ASSIGN_OR_RETURN(const cli::Signers signers, cli::LoadSigners(*parsed, "sign-with"));
  TrustVersion version;
  for (const auto& signer : signers) version.root.keys.push_back(signer->public_key());
  std::sort(version.root.keys.begin(), version.root.keys.end());
  RETURN_IF_ERROR(ApplyOptions(*parsed, version));
  ASSIGN_OR_RETURN(const std::string text, ExtendTrust("", version, cli::Pointers(signers)));
  RETURN_IF_ERROR(WriteFileAtomically(path, AsBytes(text)));
  PrintVersion(version, output);
  return 0;
}

Result<int> RunRotate(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options(
      "hallmark trust rotate", "TRUST --sign-with KEY [OPTION...]",
      "Add a version to a trust file. Keys that are given replace those of their role; the rest stays.");
  options.AddArgument("trust", "TRUST");
  options.AddText("o,output", "FILE", "Where the new file goes (default: in place)");
  AddRoleOptions(options);
  options.Require({"trust"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  const std::string path = parsed->Text("trust");
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, kMaxTrustSize));
  ASSIGN_OR_RETURN(const Trust trust, ParseTrust(text).WithContext(path));
  TrustVersion version = trust.newest();
  ++version.version;
  RETURN_IF_ERROR(ApplyOptions(*parsed, version));
  ASSIGN_OR_RETURN(const cli::Signers signers, cli::LoadSigners(*parsed, "sign-with"));
  ASSIGN_OR_RETURN(const std::string extended, ExtendTrust(text, version, cli::Pointers(signers)));
  const std::string target = parsed->Has("output") ? parsed->Text("output") : path;
  RETURN_IF_ERROR(WriteFileAtomically(target, AsBytes(extended)));
  PrintVersion(version, output);
  return 0;
}

Result<int> RunShow(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark trust show", "TRUST", "Print the versions of a trust file, the newest last.");
  options.AddArgument("trust", "TRUST");
  options.Require({"trust"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const Trust trust, LoadTrust(parsed->Text("trust")));
  for (const TrustVersion& version : trust.versions()) PrintVersion(version, output);
  return 0;
}

}  // namespace

Result<int> RunTrust(const cli::Arguments& arguments, cli::Output& output) {
  static constexpr auto kSubcommands = std::to_array<cli::Verb>({
      {"init", "write the first version of a trust file", RunInit},
      {"rotate", "add a version to a trust file", RunRotate},
      {"show", "print its versions", RunShow},
  });
  return cli::RunSubcommand({"hallmark trust", "who may sign bundles and smol-bin images", kSubcommands}, arguments,
                            output);
}

}  // namespace hallmark
