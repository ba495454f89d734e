// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/file.h"
#include "lib/base/file_tree.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "lib/crypto/digest.h"
#include "lib/ext4/writer.h"
#include "lib/rootfs/image/boot_files.h"
#include "lib/rootfs/image/disk_layout.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// Facts about an image that was written.
struct ImageFacts {
  struct Verity {
    Sha256Digest root_hash{};
    Sha256Digest salt{};
    uint64_t data_blocks = 0;
  };
  DiskLayout layout;
  std::optional<Verity> verity;
  Ext4Usage usage;
  std::string command_line;  ///< of the kernel
};

/// Begins rootfs.img in `output`, a new file: writes the root partition front to back, and its hash tree from the
/// hashes of the bytes written. Nothing is read back; holes stay holes. kNoSpace if the tree is too large for the image
/// or for the recipe's max_used: it says by how much, and names the largest packages.
Result<ImageFacts> WriteRootPartition(const Recipe& recipe, const FileTree& rootfs, uint64_t source_date_epoch,
                                      const File& output, ThreadPool& pool, Progress& progress);

/// Completes the image with everything in front of the root partition: the partition table and the EFI system
/// partition, with the kernel command line that holds the root hash. `facts` gets that command line too.
Result<void> WriteImageFront(const Recipe& recipe, const BootFiles& boot, uint64_t source_date_epoch,
                             const File& output, Progress& progress, ImageFacts& facts);

}  // namespace hallmark
