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

// The settings of what a sandboxed command may reach: srt-settings.json, see srt-settings(5).

namespace hallmark {

constexpr std::string_view kSettingsName = "srt-settings.json";
constexpr size_t kMaxSettingsSize = 256 << 10;  ///< bytes
constexpr size_t kMaxSettingsEntries = 4096;    ///< per list

struct NetworkSettings {
  std::vector<DomainRule> allowed_domains;
  std::vector<DomainRule> denied_domains;
  std::vector<std::string> allow_unix_sockets;  ///< paths; the format says: on macOS only
  bool allow_all_unix_sockets = false;
  bool allow_local_binding = false;
  std::optional<uint16_t> http_proxy_port;   ///< of a proxy that already runs; absent: start one
  std::optional<uint16_t> socks_proxy_port;  ///< the same for SOCKS
};

/// Paths as the file has them: absolute, relative, or with a leading "~".
struct FilesystemSettings {
  std::vector<std::string> deny_read;
  std::vector<std::string> allow_read;  ///< exceptions inside deny_read, over which they win
  std::vector<std::string> allow_write;
  std::vector<std::string> deny_write;  ///< exceptions inside allow_write, over which they win
};

struct Settings {
  NetworkSettings network;
  FilesystemSettings filesystem;
};

/// Reads settings. `file` is their name in messages. kCorrupt or kUnsupported, as "FILE:LINE:COLUMN: WHERE: REASON", on
/// text that is not strict JSON, on unknown keys (with the nearest known key), on keys that would weaken the sandbox or
/// that nothing here can do, and on entries that make no sense. After an error the caller has no settings: a Matcher
/// without settings allows nothing.
Result<Settings> ParseSettings(std::string_view text, std::string_view file = kSettingsName);

/// ParseSettings() of a file.
Result<Settings> LoadSettings(const std::filesystem::path& path);

}  // namespace hallmark
