// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/policy/rule.h"

// What a sandboxed command may reach: srt-settings.json, srt-settings(5).

namespace hallmark {

constexpr std::string_view kSettingsName = "srt-settings.json";
constexpr size_t kMaxSettingsSize = 256 << 10;  ///< bytes
constexpr size_t kMaxSettingsEntries = 4096;    ///< of one list

struct NetworkSettings {
  std::vector<DomainRule> allowed_domains;
  std::vector<DomainRule> denied_domains;
  std::vector<std::string> allow_unix_sockets;  ///< paths; the format says: on macOS only
  bool allow_all_unix_sockets = false;
  bool allow_local_binding = false;
  std::optional<uint16_t> http_proxy_port;   ///< of a proxy that runs already; absent: start one
  std::optional<uint16_t> socks_proxy_port;  ///< the same for SOCKS
};

/// Paths as the file has them: absolute, relative, or with a leading "~".
struct FilesystemSettings {
  std::vector<std::string> deny_read;
  std::vector<std::string> allow_read;  ///< within deny_read, and before it
  std::vector<std::string> allow_write;
  std::vector<std::string> deny_write;  ///< within allow_write, and before it
};

struct Settings {
  NetworkSettings network;
  FilesystemSettings filesystem;
};

/// Reads settings. `file` is their name in messages. kCorrupt or kUnsupported, as "FILE:LINE:COLUMN: WHERE: REASON", on
/// text that is not strict JSON, on unknown keys (and names the nearest one), on keys that would weaken the sandbox or
/// that nothing here can do, and on entries that can't be meant. Whoever gets an error has no settings: a Matcher
/// without settings allows nothing.
Result<Settings> ParseSettings(std::string_view text, std::string_view file = kSettingsName);

/// ParseSettings of a file.
Result<Settings> LoadSettings(const std::filesystem::path& path);

}  // namespace hallmark
