// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// One thing that the guest's kernel must have: an option of a fragment in kernel-config/.
struct KernelRequirement {
  std::string option;              ///< "CONFIG_VIRTIO_BLK"
  bool may_be_module = false;      ///< "=m": built in or a module; "=y": built in
  bool optional = false;           ///< useful if present; nothing fails without it
  bool in_initramfs = false;       ///< the module is loaded before the root is mounted
  std::string module;              ///< in the kernel's own form, "virtio_blk"; empty if it may not be one
  std::string device;              ///< of the guest, "root-disk"; empty: the guest in general
  std::vector<std::string> hosts;  ///< that require it, by their usual names
  std::string architecture;        ///< empty: all
  std::string purpose;             ///< the fragment: "storage"
  std::string reason;              ///< one sentence
};

/// What would not work without it: "the root disk of Virtualization.framework and QEMU".
std::string WhatNeeds(const KernelRequirement& requirement);

/// The options of one fragment, in its order. kCorrupt names the line: an option without a reason, an unknown attribute
/// or host, or an option twice.
Result<std::vector<KernelRequirement>> ParseKernelFragment(std::string_view text, std::string_view purpose);

/// The requirements of all fragments for an architecture, in the order in which modules are loaded.
Result<std::vector<KernelRequirement>> KernelRequirements(std::string_view architecture);

/// A kernel's configuration: "CONFIG_VIRTIO_BLK" to "m". Options that are not set are not in it.
using KernelConfig = std::map<std::string, std::string, std::less<>>;

/// Parses a kernel's .config. kCorrupt if the text is not one.
Result<KernelConfig> ParseKernelConfig(std::string_view text);

/// Debian's name of the architecture of a kernel. kUnsupported if it is neither arm64 nor amd64.
Result<std::string> ArchitectureOf(const KernelConfig& config);

}  // namespace hallmark
