// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/rootfs/image/kernel_config.h"

namespace hallmark {

/// A requirement that does not hold.
struct KernelProblem {
  KernelRequirement requirement;
  std::string what;  ///< "is not set in the kernel's configuration"
};

/// A kernel held against kernel-config/.
struct KernelReport {
  std::string architecture;  ///< Debian's name
  std::string version;       ///< "6.1.0-56-arm64"; empty where only its configuration is known
  size_t checked = 0;        ///< requirements
  std::vector<KernelProblem> problems;

  /// True if nothing is missing but what is optional.
  [[nodiscard]] bool ok() const;
};

/// "CONFIG_DM_VERITY is not set in the kernel's configuration, for the root disk of Virtualization.framework and QEMU:
/// Refuses every block of the root that was changed."
std::string Describe(const KernelProblem& problem);

/// A configuration alone: modules are not looked for, and the version stays empty. kUnsupported if the kernel is for
/// neither arm64 nor amd64.
Result<KernelReport> CheckKernelConfig(const KernelConfig& config);

/// The files whose content CheckKernel reads, beside what is in their directories: its configuration and the index of
/// its modules. Those that are missing are left out.
std::vector<std::string> KernelCheckFiles(const FileTree& rootfs, const std::string& version);

/// The one kernel of a root filesystem: /boot/config-VERSION, then the modules that it says are modules, in the root
/// and, those that are needed before it, in the initramfs. kNotFound if a file is missing without which there is no
/// telling.
Result<KernelReport> CheckKernel(const FileTree& rootfs, const FileTree& initramfs);

}  // namespace hallmark
