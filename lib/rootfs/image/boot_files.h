// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/guid.h"
#include "lib/base/result.h"
#include "lib/crypto/digest.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// What boots a root filesystem, taken from its tree.
struct BootFiles {
  std::string kernel_version;
  FileTree::Inode kernel;  ///< its content is in the tree's source
  ByteVector initramfs;
  FileTree::Inode grub;            ///< the monolithic EFI image of the GRUB package
  std::string grub_file;           ///< "BOOTAA64.EFI": the name that firmware looks for
  std::string grub_cfg_directory;  ///< "EFI/debian": where that image looks for grub.cfg
  std::string arguments;           ///< for the kernel, after the recipe's own; the maker of the bundle may add some
};

/// Finds kernel and GRUB in `rootfs` and makes the initramfs, every file of which gets `mtime`. kNotFound names the
/// package that is missing.
Result<BootFiles> CollectBootFiles(const Recipe& recipe, const FileTree& rootfs, Timestamp mtime);

/// The kernel command line: where the root is, by its hash if it has one, then the arguments of the recipe and of
/// `boot`.
std::string KernelCommandLine(const Recipe& recipe, const BootFiles& boot, const Guid& root_guid,
                              const std::optional<Sha256Digest>& root_hash);

/// The files of the EFI system partition.
Result<FileTree> MakeEsp(const BootFiles& boot, const std::string& command_line, Timestamp mtime);

}  // namespace hallmark
