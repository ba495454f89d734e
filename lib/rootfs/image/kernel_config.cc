// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/kernel_config.h"

#include <algorithm>
#include <array>
#include <set>

#include "kernel-config/fragments.h"
#include "lib/base/text.h"

namespace hallmark {
namespace {

constexpr std::string_view kOptionPrefix = "CONFIG_";

struct Host {
  std::string_view word;  ///< as in the fragments
  std::string_view name;
};
constexpr auto kHosts = std::to_array<Host>({{"vz", "Virtualization.framework"}, {"qemu", "QEMU"}});

struct Device {
  std::string_view word;
  std::string_view name;
};
constexpr auto kDevices = std::to_array<Device>({{"root-disk", "the root disk"},
                                                 {"session-disk", "the session disk"},
                                                 {"smol-bin", "the smol-bin disk"},
                                                 {"shared-folders", "shared directories"},
                                                 {"channel", "the channel to the host"},
                                                 {"network", "the network"},
                                                 {"entropy", "the source of entropy"},
                                                 {"clock", "the clock"},
                                                 {"power-button", "the power button"},
                                                 {"console", "the console"}});

template <typename Table>
const auto* FindWord(const Table& table, std::string_view word) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.word == word; });
  return found == table.end() ? nullptr : &*found;
}

/// Reads a fragment line by line: the comment above an option belongs to it.
class FragmentReader {
 public:
  explicit FragmentReader(std::string_view purpose) : purpose_(purpose) {}

  Result<void> Add(std::string_view line) {
    ++number_;
    if (line.empty() || line.starts_with("##")) return {};
    if (line.starts_with("#: ")) return AddAttributes(line.substr(3));
    if (line.starts_with("# ")) {
      next_.reason += (next_.reason.empty() ? "" : " ") + std::string(line.substr(2));
      return {};
    }
    return AddOption(line);
  }

  std::vector<KernelRequirement> Finish() { return std::move(requirements_); }

 private:
  [[nodiscard]] Error At(const std::string& what) const {
    return CorruptError("kernel-config/" + purpose_ + ".config:" + std::to_string(number_) + ": " + what);
  }

  Result<void> AddAttributes(std::string_view line) {
    for (const std::string_view word : SplitWords(line, " ")) {
      const size_t equals = std::min(word.find('='), word.size());
      const std::string_view key = word.substr(0, equals);
      const std::string value(word.substr(std::min(equals + 1, word.size())));
      if (key == "module" && !value.empty()) {
        next_.module = value;
      } else if (key == "device" && FindWord(kDevices, value) != nullptr) {
        next_.device = value;
      } else if (key == "host" && FindWord(kHosts, value) != nullptr) {
        next_.hosts.emplace_back(FindWord(kHosts, value)->name);
      } else if (word == "architecture=arm64" || word == "architecture=amd64") {
        next_.architecture = value;
      } else if (word == "stage=initramfs") {
        next_.in_initramfs = true;
      } else if (word == "optional") {
        next_.optional = true;
      } else {
        return At("'" + std::string(word) + "' is not an attribute");
      }
    }
    return {};
  }

  Result<void> AddOption(std::string_view line) {
    const size_t equals = line.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : line.substr(equals + 1);
    if (!line.starts_with(kOptionPrefix) || (value != "y" && value != "m")) {
      return At("'CONFIG_NAME=y' or 'CONFIG_NAME=m' expected");
    }
    next_.option = line.substr(0, equals);
    next_.may_be_module = value == "m";
    next_.purpose = purpose_;
    if (next_.reason.empty()) return At(next_.option + " has no reason above it");
    if (next_.may_be_module == next_.module.empty()) return At(next_.option + ": '=m' and a module's name go together");
    if (!seen_.insert(next_.option).second) return At(next_.option + " is set twice");
    if (next_.hosts.empty()) {
      for (const Host& host : kHosts) next_.hosts.emplace_back(host.name);
    }
    requirements_.push_back(std::exchange(next_, {}));
    return {};
  }

  std::string purpose_;
  size_t number_ = 0;
  KernelRequirement next_;
  std::set<std::string> seen_;
  std::vector<KernelRequirement> requirements_;
};

}  // namespace

std::string WhatNeeds(const KernelRequirement& requirement) {
  const Device* device = FindWord(kDevices, requirement.device);
  std::string text = device != nullptr ? std::string(device->name) : "guests";
  const char* link = " of ";
  for (const std::string& host : requirement.hosts) {
    text += link + host;
    link = " and ";
  }
  return text;
}

Result<std::vector<KernelRequirement>> ParseKernelFragment(std::string_view text, std::string_view purpose) {
  FragmentReader reader(purpose);
  while (const auto line = TakeLine(text)) RETURN_IF_ERROR(reader.Add(*line));
  return reader.Finish();
}

Result<std::vector<KernelRequirement>> KernelRequirements(std::string_view architecture) {
  std::vector<KernelRequirement> all;
  for (const KernelFragment& fragment : KernelFragments()) {
    ASSIGN_OR_RETURN(const auto requirements, ParseKernelFragment(fragment.text, fragment.purpose));
    for (const KernelRequirement& requirement : requirements) {
      if (requirement.architecture.empty() || requirement.architecture == architecture) all.push_back(requirement);
    }
  }
  return all;
}

Result<KernelConfig> ParseKernelConfig(std::string_view text) {
  KernelConfig config;
  for (const std::string_view line : SplitWords(text, "\n")) {
    if (line.starts_with('#')) continue;
    const size_t equals = line.find('=');
    if (!line.starts_with(kOptionPrefix) || equals == std::string_view::npos) {
      return CorruptError("not a kernel configuration: a line that is neither a comment nor CONFIG_NAME=VALUE");
    }
    config.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  if (config.empty()) return CorruptError("not a kernel configuration: no CONFIG_ line in it");
  return config;
}

Result<std::string> ArchitectureOf(const KernelConfig& config) {
  constexpr std::pair<std::string_view, const char*> kNames[] = {{"CONFIG_ARM64", "arm64"}, {"CONFIG_X86_64", "amd64"}};
  for (const auto& [option, name] : kNames) {
    const auto found = config.find(option);
    if (found != config.end() && found->second == "y") return std::string(name);
  }
  return UnsupportedError("a kernel for neither arm64 nor amd64");
}

}  // namespace hallmark
