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
  bool optional = false;           ///< of use where it is there; nothing is lost without it
  bool in_initramfs = false;       ///< the module is loaded before the root is there
  std::string module;              ///< in the kernel's own form, "virtio_blk"; empty if it may not be one
  std::string device;              ///< of the guest, "root-disk"; empty: the guest as such
  std::vector<std::string> hosts;  ///< that need it, as people call them
  std::string architecture;        ///< empty: all
  std::string purpose;             ///< the fragment: "storage"
  std::string reason;              ///< one sentence
};

/// "the root disk of Virtualization.framework and QEMU": what would not work without it.
std::string WhatNeeds(const KernelRequirement& requirement);

/// The options of one fragment, in its order. kCorrupt names the line: one without a reason, an attribute or a host
/// that is not known, an option twice.
Result<std::vector<KernelRequirement>> ParseKernelFragment(std::string_view text, std::string_view purpose);

/// What the fragments ask for on an architecture, in the order in which modules are loaded.
Result<std::vector<KernelRequirement>> KernelRequirements(std::string_view architecture);

/// A kernel's configuration: "CONFIG_VIRTIO_BLK" to "m". What is not set is not in it.
using KernelConfig = std::map<std::string, std::string, std::less<>>;

/// A kernel's .config. kCorrupt if it is not one.
Result<KernelConfig> ParseKernelConfig(std::string_view text);

/// Debian's name of the architecture that a kernel is for. kUnsupported if it is none of ours.
Result<std::string> ArchitectureOf(const KernelConfig& config);

}  // namespace hallmark
