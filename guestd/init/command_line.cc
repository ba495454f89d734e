// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/command_line.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

namespace hallmark::guest {
namespace {

constexpr std::string_view kSpace = " \t\n";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// Formats 128 bits as a UUID.
std::string UuidText(ByteSpan bits) {
  std::string text = ToHex(bits.first(16));
  for (const size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

std::string_view KindName(DeviceName::Kind kind) {
  switch (kind) {
    case DeviceName::Kind::kPartUuid:
      return "PARTUUID";
    case DeviceName::Kind::kPartLabel:
      return "PARTLABEL";
    case DeviceName::Kind::kUuid:
      return "UUID";
    case DeviceName::Kind::kLabel:
      return "LABEL";
  }
  return "";
}

Result<DeviceName> ParseDeviceName(std::string_view text) {
  using Kind = DeviceName::Kind;
  for (const Kind kind : {Kind::kPartUuid, Kind::kPartLabel, Kind::kUuid, Kind::kLabel}) {
    const std::string prefix = std::string(KindName(kind)) + "=";
    if (!text.starts_with(prefix) || text.size() == prefix.size()) continue;
    const std::string_view value = text.substr(prefix.size());
    const bool is_uuid = kind == Kind::kPartUuid || kind == Kind::kUuid;
    return DeviceName{kind, is_uuid ? Lower(value) : std::string(value)};
  }
  return UsageError("'" + std::string(text) + "': PARTUUID=, PARTLABEL=, UUID= or LABEL= expected");
}

template <typename Number>
Result<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return UsageError("'" + std::string(text) + "': a number expected");
  }
  return number;
}

Result<void> ParseRootHash(BootOptions& options, std::string_view value) {
  auto hash = FromHex(value);
  if (!hash.ok() || hash->size() != BootOptions::kRootHashSize) return UsageError("64 hex digits expected");
  options.root_hash = std::move(*hash);
  return {};
}

/// Parses a comma-separated list, as systemd-veritysetup's generator does.
Result<void> ParseVerityOptions(BootOptions& options, std::string_view value) {
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    const std::string_view option = value.substr(0, comma);
    if (option == "restart-on-corruption") {
      options.reaction = CorruptionReaction::kRestart;
    } else if (option == "panic-on-corruption") {
      options.reaction = CorruptionReaction::kPanic;
    } else if (!option.empty()) {
      return UsageError("no option '" + std::string(option) + "'");
    }
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return {};
}

Result<void> ParseOverlaySize(BootOptions& options, std::string_view value) {
  const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= '0' && c <= '9') || std::string_view("kmgKMG%").find(c) != std::string_view::npos;
  });
  if (!plain) return UsageError("'" + std::string(value) + "': a size as tmpfs takes it expected");
  options.overlay_size = value;
  return {};
}

Result<void> ParseInit(BootOptions& options, std::string_view value) {
  if (!value.starts_with('/')) return UsageError("'" + std::string(value) + "': an absolute path expected");
  options.init = value;
  return {};
}

Result<void> ParseRootWait(BootOptions& options, std::string_view value) {
  options.device_wait_seconds.reset();
  if (value.empty()) return {};
  ASSIGN_OR_RETURN(options.device_wait_seconds, ParseNumber<uint32_t>(value));
  return {};
}

Result<void> ParseVerity(BootOptions& options, std::string_view value) {
  if (value != "off" && value != "on") return UsageError("'" + std::string(value) + "': on or off expected");
  options.verity_off = value == "off";
  return {};
}

/// Collects the devices that the parameters name, and checks the rules between parameters.
struct Devices {
  std::optional<DeviceName> root, verity_data, verity_hash;
};

Result<void> Resolve(BootOptions& options, const Devices& devices) {
  if (options.root_hash.empty()) {
    if (!options.verity_off) return UsageError("roothash= is missing (and hallmark.verity=off is not given)");
    if (!devices.root) return UsageError("root= is missing");
    options.root = *devices.root;
    return {};
  }
  if (options.verity_off) return UsageError("roothash= and hallmark.verity=off exclude each other");
  const ByteSpan hash = options.root_hash;
  const auto by_hash = [](ByteSpan bits) { return DeviceName{DeviceName::Kind::kPartUuid, UuidText(bits)}; };
  options.root = devices.verity_data.value_or(by_hash(hash.first(16)));
  options.verity_hash = devices.verity_hash.value_or(by_hash(hash.last(16)));
  return {};
}

}  // namespace

std::string ToString(const DeviceName& name) { return std::string(KindName(name.kind)) + "=" + name.value; }

std::vector<std::pair<std::string, std::string>> SplitCommandLine(std::string_view line) {
  std::vector<std::pair<std::string, std::string>> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
    if (line.empty()) return words;
    bool quoted = false;
    size_t end = 0;
    for (; end < line.size() && (quoted || kSpace.find(line[end]) == std::string_view::npos); ++end) {
      if (line[end] == '"') quoted = !quoted;
    }
    std::string word(line.substr(0, end));
    line.remove_prefix(end);
    std::erase(word, '"');
    const size_t equals = std::min(word.find('='), word.size());
    words.emplace_back(word.substr(0, equals), equals < word.size() ? word.substr(equals + 1) : "");
  }
}

Result<BootOptions> ParseCommandLine(std::string_view line) {
  BootOptions options;
  Devices devices;
  using Parser = std::function<Result<void>(std::string_view)>;
  const auto device = [](std::optional<DeviceName>& name) {
    return [&name](std::string_view value) -> Result<void> {
      ASSIGN_OR_RETURN(name, ParseDeviceName(value));
      return {};
    };
  };
  const std::map<std::string_view, Parser> parsers = {
      {"roothash", [&](std::string_view v) { return ParseRootHash(options, v); }},
      {"hallmark.verity", [&](std::string_view v) { return ParseVerity(options, v); }},
      {"hallmark.overlay_size", [&](std::string_view v) { return ParseOverlaySize(options, v); }},
      {"systemd.verity_root_options", [&](std::string_view v) { return ParseVerityOptions(options, v); }},
      {"systemd.verity_root_data", device(devices.verity_data)},
      {"systemd.verity_root_hash", device(devices.verity_hash)},
      {"root", device(devices.root)},
      {"rootwait", [&](std::string_view v) { return ParseRootWait(options, v); }},
      {"init", [&](std::string_view v) { return ParseInit(options, v); }},
      {"rootfstype", [&](std::string_view v) { return options.root_type = v, Result<void>(); }},
      {"rootflags", [&](std::string_view v) { return options.root_flags = v, Result<void>(); }},
      {"panic",
       [&](std::string_view v) -> Result<void> {
         ASSIGN_OR_RETURN(options.panic_seconds, ParseNumber<int>(v));
         return {};
       }},
  };
  for (const auto& [key, value] : SplitCommandLine(line)) {
    const auto parser = parsers.find(key);
    if (parser != parsers.end()) RETURN_IF_ERROR(parser->second(value).WithContext(key));
  }
  RETURN_IF_ERROR(Resolve(options, devices));
  return options;
}

}  // namespace hallmark::guest
