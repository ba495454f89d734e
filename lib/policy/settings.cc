// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/settings.h"

#include <algorithm>
#include <array>

#include "lib/base/file.h"
#include "lib/json/placed_json.h"

namespace hallmark {
namespace {

constexpr size_t kMaxPath = 4096;  // PATH_MAX

struct RefusedKey {
  std::string_view key;
  std::string_view reason;
};

// The format is that of the open-source sandbox-runtime, src/sandbox/sandbox-config.ts; srt-settings(5) tells what
// becomes of each key.
constexpr std::string_view kNotDone = "the guest's proxy does not do this";
constexpr std::string_view kWeakens = "it would weaken the sandbox, which no file may";
constexpr std::string_view kFixedProgram = "the guest brings its own programs";

// Keys that mean nothing to a sandbox on Linux: their values may be anything.
constexpr auto kCarriedAtTop =
    std::to_array<std::string_view>({"ignoreViolations", "enableWeakerNetworkIsolation", "allowAppleEvents", "ripgrep",
                                     "mandatoryDenySearchDepth", "allowPty", "javaAgentJarPath", "windows", "git"});
constexpr auto kRefusedAtTop = std::to_array<RefusedKey>({{"credentials", kNotDone},
                                                          {"enableWeakerNestedSandbox", kWeakens},
                                                          {"seccomp", kFixedProgram},
                                                          {"bwrapPath", kFixedProgram},
                                                          {"socatPath", kFixedProgram}});
constexpr auto kCarriedInNetwork = std::to_array<std::string_view>({"deniedDomainReasons", "allowMachLookup"});
constexpr auto kRefusedInNetwork = std::to_array<RefusedKey>(
    {{"mitmProxy", kNotDone}, {"filterRequest", kNotDone}, {"tlsTerminate", kNotDone}, {"parentProxy", kNotDone}});
constexpr auto kRefusedInFilesystem = std::to_array<RefusedKey>({{"disabled", kWeakens}, {"allowGitConfig", kWeakens}});

/// Takes keys whose values mean nothing here, and refuses keys that are not allowed here.
void SortOut(ObjectReader& reader, std::span<const std::string_view> carried, std::span<const RefusedKey> refused) {
  for (const std::string_view key : carried) {
    if (reader.Has(key)) reader.Take(key);
  }
  for (const RefusedKey& key : refused) {
    if (reader.Has(key.key)) reader.Refuse(key.key, key.reason);
  }
}

std::vector<DomainRule> TakeRules(ObjectReader& reader, std::string_view key, const PlacedJson& document) {
  std::vector<DomainRule> rules;
  const std::vector<const Json*> list = TakeEntries(reader, key, kMaxSettingsEntries);
  for (size_t i = 0; i < list.size(); ++i) {
    const std::optional<std::string> text = TextOf(*list[i]);
    if (!text) {
      reader.RefuseEntry(key, i, "not a text");
      return {};
    }
    Result<DomainRule> rule = ParseDomainRule(*text);
    if (!rule.ok()) {
      reader.RefuseEntry(key, i, rule.error().message);
      return {};
    }
    const JsonPlace place = document.PlaceOf(*list[i]);
    rule->line = place.line;
    rule->column = place.column;
    rules.push_back(std::move(rule).value());
  }
  return rules;
}

std::vector<std::string> TakePaths(ObjectReader& reader, std::string_view key) {
  std::vector<std::string> paths;
  const std::vector<const Json*> list = TakeEntries(reader, key, kMaxSettingsEntries);
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string path = TextOf(*list[i]).value_or("");
    const bool control =
        std::any_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
    if (path.empty() || path.size() > kMaxPath || control) {
      reader.RefuseEntry(key, i, "not a path: a text of 1 to 4096 bytes without control characters");
      return {};
    }
    paths.push_back(path);
  }
  return paths;
}

std::optional<uint16_t> TakePort(ObjectReader& reader, std::string_view key) {
  if (!reader.Has(key)) return std::nullopt;
  const uint64_t port = reader.TakeNumber(key);
  if (port >= 1 && port <= 65535) return static_cast<uint16_t>(port);
  reader.Refuse(key, "not a port from 1 to 65535");
  return std::nullopt;
}

Result<NetworkSettings> ReadNetwork(const Json& json, const PlacedJson& document) {
  ObjectReader reader(json, "network", &document);
  NetworkSettings network;
  network.allowed_domains = TakeRules(reader, "allowedDomains", document);
  network.denied_domains = TakeRules(reader, "deniedDomains", document);
  for (size_t i = 0; i < network.allowed_domains.size(); ++i) {
    if (network.allowed_domains[i].kind == RuleKind::kEverything) {
      reader.RefuseEntry("allowedDomains", i, "too broad: \"*\" stands in deniedDomains only");
    }
  }
  if (reader.Has("allowUnixSockets")) network.allow_unix_sockets = TakePaths(reader, "allowUnixSockets");
  if (reader.Has("allowAllUnixSockets")) network.allow_all_unix_sockets = reader.TakeBool("allowAllUnixSockets");
  if (reader.Has("allowLocalBinding")) network.allow_local_binding = reader.TakeBool("allowLocalBinding");
  network.http_proxy_port = TakePort(reader, "httpProxyPort");
  network.socks_proxy_port = TakePort(reader, "socksProxyPort");
  if (reader.Has("strictAllowlist") && !reader.TakeBool("strictAllowlist")) {
    reader.Refuse("strictAllowlist", "nobody is asked in the guest: what no entry allows is denied");
  }
  SortOut(reader, kCarriedInNetwork, kRefusedInNetwork);
  RETURN_IF_ERROR(reader.Finish());
  return network;
}

Result<FilesystemSettings> ReadFilesystem(const Json& json, const PlacedJson& document) {
  ObjectReader reader(json, "filesystem", &document);
  FilesystemSettings filesystem;
  filesystem.deny_read = TakePaths(reader, "denyRead");
  if (reader.Has("allowRead")) filesystem.allow_read = TakePaths(reader, "allowRead");
  filesystem.allow_write = TakePaths(reader, "allowWrite");
  filesystem.deny_write = TakePaths(reader, "denyWrite");
  SortOut(reader, {}, kRefusedInFilesystem);
  RETURN_IF_ERROR(reader.Finish());
  return filesystem;
}

}  // namespace

Result<Settings> ParseSettings(std::string_view text, std::string_view file) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return CorruptError(std::string(file) + ":1:1: empty, and so it allows nothing");
  }
  ASSIGN_OR_RETURN(const PlacedJson document, PlacedJson::Parse(text, kMaxSettingsSize, file));
  ObjectReader reader(document.value(), "", &document);
  const Json& network = reader.Take("network");
  const Json& filesystem = reader.Take("filesystem");
  SortOut(reader, kCarriedAtTop, kRefusedAtTop);
  RETURN_IF_ERROR(reader.Finish());
  Settings settings;
  ASSIGN_OR_RETURN(settings.network, ReadNetwork(network, document));
  ASSIGN_OR_RETURN(settings.filesystem, ReadFilesystem(filesystem, document));
  return settings;
}

Result<Settings> LoadSettings(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, kMaxSettingsSize));
  return ParseSettings(text, path.string());
}

}  // namespace hallmark
