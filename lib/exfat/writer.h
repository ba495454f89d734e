// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/exfat/exfat.h"

namespace hallmark {

/// Takes an exFAT filesystem front to back, piece by piece, and what each piece is.
class ExfatOutput {
 public:
  virtual ~ExfatOutput() = default;
  virtual Result<void> Put(ExfatStructure structure, ByteSpan bytes) = 0;
  virtual Result<void> PutZeros(ExfatStructure structure, uint64_t length) = 0;
  /// The content of a file: `inode.size` bytes.
  virtual Result<void> PutContent(const FileTree::Inode& inode) = 0;
};

/// The cluster size of a filesystem of `size` bytes, in bytes: what Windows takes by default (Microsoft support article
/// 140365, "Default cluster size for NTFS, FAT, and exFAT"); smaller volumes than it makes get the smallest.
uint32_t ExfatClusterSize(uint64_t size);

/// WriteExfat() for those who want to know what they are given. A directory comes in one piece, as kDirectory.
Result<void> WriteExfatTo(const FileTree& tree, const ExfatOptions& options, ExfatOutput& output);

}  // namespace hallmark
