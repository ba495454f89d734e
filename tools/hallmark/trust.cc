// SPDX-License-Identifier: Apache-2.0
#include "signing/document/trust.h"

#include <algorithm>
#include <cstdio>

#include "lib/base/file.h"
#include "lib/base/time.h"
#include "signing/document/minisign.h"
#include "tools/cli/keys.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

constexpr uint64_t kDefaultLife = uint64_t{365} * 86400;

void AddRoleOptions(cxxopts::Options& options) {
  options.add_options()("bundle-key", "A public key that may sign bundles; may be given again",
                        cxxopts::value<std::vector<std::string>>(),
                        "FILE")("smol-key", "A public key that may sign smol-bin images; may be given again",
                                cxxopts::value<std::vector<std::string>>(), "FILE")(
      "root-key",
      "A public key that may sign the next version; may be given again (default: for init those of --sign-with)",
      cxxopts::value<std::vector<std::string>>(),
      "FILE")("threshold", "How many keys must sign a bundle or a smol-bin image", cxxopts::value<uint64_t>(), "N")(
      "smol-threshold", "The same for smol-bin images alone", cxxopts::value<uint64_t>(), "N")(
      "root-threshold", "How many root keys must sign a version", cxxopts::value<uint64_t>(), "N")(
      "expires", "When hosts stop to update by this version (default: in 365 days)", cxxopts::value<std::string>(),
      "2026-11-01T12:00:00Z");
  AddSignerOptions(options, "sign-with");
}

/// Replaces the keys of a role by those that an option names, if it was given.
Result<void> TakeKeys(const cxxopts::ParseResult& parsed, const std::string& option, KeyThreshold& role) {
  if (parsed.count(option) == 0) return {};
  role.keys.clear();
  for (const std::string& path : parsed[option].as<std::vector<std::string>>()) {
    ASSIGN_OR_RETURN(const PublicKey key, LoadPublicKey(path));
    role.keys.push_back(key);
  }
  std::sort(role.keys.begin(), role.keys.end());
  role.keys.erase(std::unique(role.keys.begin(), role.keys.end()), role.keys.end());
  return {};
}

/// What the options say of a version; the rest stays as it is.
Result<void> ApplyOptions(const cxxopts::ParseResult& parsed, TrustVersion& version) {
  RETURN_IF_ERROR(TakeKeys(parsed, "bundle-key", version.bundle));
  RETURN_IF_ERROR(TakeKeys(parsed, "smol-key", version.smol_bin));
  RETURN_IF_ERROR(TakeKeys(parsed, "root-key", version.root));
  if (parsed.count("threshold") != 0) {
    version.bundle.threshold = version.smol_bin.threshold = parsed["threshold"].as<uint64_t>();
  }
  if (parsed.count("smol-threshold") != 0) version.smol_bin.threshold = parsed["smol-threshold"].as<uint64_t>();
  if (parsed.count("root-threshold") != 0) version.root.threshold = parsed["root-threshold"].as<uint64_t>();
  version.expires = CurrentUtcSecond() + kDefaultLife;
  if (parsed.count("expires") != 0) {
    const Result<uint64_t> expires = ParseUtc(parsed["expires"].as<std::string>());
    if (!expires.ok()) return UsageError("--expires: " + expires.error().message);
    version.expires = *expires;
    if (version.expires <= CurrentUtcSecond()) return UsageError("--expires: is past: no host would update by it");
  }
  return {};
}

void PrintRole(const char* name, const KeyThreshold& role) {
  std::printf("  %s: %llu of %zu\n", name, static_cast<unsigned long long>(role.threshold), role.keys.size());
  for (const PublicKey& key : role.keys) {
    const std::string minisign = FormatMinisignPublicKey({DeriveMinisignKeyId(key), key});
    const size_t line = minisign.find('\n') + 1;
    std::printf("    %s  minisign -P %s\n", key.Id().c_str(),
                minisign.substr(line, minisign.size() - line - 1).c_str());
  }
}

void PrintVersion(const TrustVersion& version) {
  std::printf("version %llu, expires %s%s\n", static_cast<unsigned long long>(version.version),
              FormatUtc(version.expires).c_str(), version.expires <= CurrentUtcSecond() ? " (expired)" : "");
  PrintRole("root", version.root);
  PrintRole("bundle", version.bundle);
  PrintRole("smol-bin", version.smol_bin);
}

Result<int> RunInit(const Arguments& arguments) {
  cxxopts::Options options("hallmark trust init", "Write the first version of a trust file.");
  options.custom_help("--bundle-key FILE --smol-key FILE --sign-with KEY -o trust.json [OPTION...]");
  options.add_options()("o,output", "Where the trust file goes",
                        cxxopts::value<std::string>()->default_value("trust.json"), "FILE");
  AddRoleOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  for (const char* option : {"bundle-key", "smol-key"}) {
    if (parsed->count(option) == 0) return UsageError("no key for a role: give --" + std::string(option));
  }
  const std::string path = (*parsed)["output"].as<std::string>();
  if (std::filesystem::exists(path)) {
    return UsageError(path + ": exists already").WithHint("'hallmark trust rotate' adds a version to it");
  }
  ASSIGN_OR_RETURN(const Signers signers, LoadSigners(*parsed, "sign-with"));
  TrustVersion version;
  for (const auto& signer : signers) version.root.keys.push_back(signer->public_key());
  std::sort(version.root.keys.begin(), version.root.keys.end());
  RETURN_IF_ERROR(ApplyOptions(*parsed, version));
  ASSIGN_OR_RETURN(const std::string text, ExtendTrust("", version, Pointers(signers)));
  RETURN_IF_ERROR(WriteFileAtomically(path, AsBytes(text)));
  PrintVersion(version);
  return 0;
}

Result<int> RunRotate(const Arguments& arguments) {
  cxxopts::Options options(
      "hallmark trust rotate",
      "Add a version to a trust file. Keys that are given replace those of their role; the rest stays.");
  options.custom_help("TRUST --sign-with KEY [OPTION...]");
  options.add_options()("trust", "The trust file", cxxopts::value<std::string>(), "FILE")(
      "o,output", "Where the new file goes (default: in place)", cxxopts::value<std::string>(), "FILE");
  AddRoleOptions(options);
  options.parse_positional({"trust"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("trust") == 0) return UsageError("no trust file named");
  const std::string path = (*parsed)["trust"].as<std::string>();
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, kMaxTrustSize));
  ASSIGN_OR_RETURN(const Trust trust, ParseTrust(text).WithContext(path));
  TrustVersion version = trust.newest();
  ++version.version;
  RETURN_IF_ERROR(ApplyOptions(*parsed, version));
  ASSIGN_OR_RETURN(const Signers signers, LoadSigners(*parsed, "sign-with"));
  ASSIGN_OR_RETURN(const std::string extended, ExtendTrust(text, version, Pointers(signers)));
  const std::string output = parsed->count("output") != 0 ? (*parsed)["output"].as<std::string>() : path;
  RETURN_IF_ERROR(WriteFileAtomically(output, AsBytes(extended)));
  PrintVersion(version);
  return 0;
}

Result<int> RunShow(const Arguments& arguments) {
  cxxopts::Options options("hallmark trust show", "Print the versions of a trust file, the newest last.");
  options.custom_help("TRUST");
  options.add_options()("trust", "The trust file", cxxopts::value<std::string>(), "FILE");
  options.parse_positional({"trust"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("trust") == 0) return UsageError("no trust file named");
  ASSIGN_OR_RETURN(const Trust trust, LoadTrust((*parsed)["trust"].as<std::string>()));
  for (const TrustVersion& version : trust.versions()) PrintVersion(version);
  return 0;
}

}  // namespace

Result<int> RunTrust(const Arguments& arguments) {
  static constexpr std::string_view kUsage =
      "hallmark trust init|rotate|show: who may sign bundles and smol-bin images\n\n"
      "  init    write the first version of a trust file\n"
      "  rotate  add a version to a trust file\n"
      "  show    print its versions\n\n"
      "'hallmark trust init --help' tells the options of one.";
  const std::string verb = arguments.empty() ? "" : arguments[0];
  const Arguments rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  if (verb == "init") return RunInit(rest);
  if (verb == "rotate") return RunRotate(rest);
  if (verb == "show") return RunShow(rest);
  if (verb == "--help" || verb == "-h") {
    std::printf("%s\n", std::string(kUsage).c_str());
    return 0;
  }
  return UsageError(verb.empty() ? "no subcommand" : "no such subcommand: " + verb)
      .WithHint("it is one of init, rotate and show");
}

}  // namespace hallmark
