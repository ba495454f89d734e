// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"

namespace hallmark {

struct InitramfsOptions {
  std::filesystem::path init;  ///< the guest's `init`, static, for the kernel's architecture
  std::string architecture;    ///< Debian's name: "arm64"
  std::string kernel_version;  ///< "6.1.0-56-arm64"
  Timestamp mtime;             ///< of every file in it
};

/// Makes an initramfs (newc, zstd) for the kernel in `rootfs`: `init`, the modules of kernel-config/ that are not built
/// into the kernel, the modules that they depend on, and the list from which `init` loads them. The tree must contain
/// modules.dep: whoever made the tree has run depmod (Debian's kernel packages do). The same input gives the same
/// bytes. kNotFound if the kernel lacks a required module.
Result<ByteVector> MakeInitramfs(const FileTree& rootfs, const InitramfsOptions& options);

}  // namespace hallmark
