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

/// An initramfs (newc, zstd) for the kernel in `rootfs`: `init`, those modules of kernel-config/ that the kernel does
/// not have built in, what they depend on, and the list that `init` loads them by. The tree's modules.dep must be
/// there: whoever made the tree has run depmod (Debian's kernel packages do). The same input gives the same bytes.
/// kNotFound if the kernel lacks a required module.
Result<ByteVector> MakeInitramfs(const FileTree& rootfs, const InitramfsOptions& options);

}  // namespace hallmark
