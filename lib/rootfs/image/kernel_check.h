// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/rootfs/image/kernel_config.h"

namespace hallmark {

/// A requirement that the kernel does not meet.
struct KernelProblem {
  KernelRequirement requirement;
  std::string what;  ///< "is not set in the kernel's configuration"
};

/// The result of checking a kernel against kernel-config/.
struct KernelReport {
  std::string architecture;  ///< Debian's name
  std::string version;       ///< "6.1.0-56-arm64"; empty if only its configuration is known
  size_t checked = 0;        ///< number of requirements
  std::vector<KernelProblem> problems;

  /// True if nothing is missing except optional options.
  [[nodiscard]] bool ok() const;
};

/// "CONFIG_DM_VERITY is not set in the kernel's configuration, for the root disk of Virtualization.framework and QEMU:
/// Refuses every block of the root that was changed."
std::string Describe(const KernelProblem& problem);

/// Checks a configuration alone: modules are not looked for, and the version stays empty. kUnsupported if the kernel is
/// for neither arm64 nor amd64.
Result<KernelReport> CheckKernelConfig(const KernelConfig& config);

/// The files whose content CheckKernel reads, besides the names in their directories: the kernel's configuration and
/// the index of its modules. Missing files are left out.
std::vector<std::string> KernelCheckFiles(const FileTree& rootfs, const std::string& version);

/// Checks the one kernel of a root filesystem: /boot/config-VERSION, then the options that it sets to "m": their
/// modules must be in the root and, if they are required before it, in the initramfs. kNotFound if a file is missing
/// without which there is no answer.
Result<KernelReport> CheckKernel(const FileTree& rootfs, const FileTree& initramfs);

}  // namespace hallmark
