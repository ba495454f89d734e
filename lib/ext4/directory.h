// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"

namespace hallmark::ext4 {

/// What the blocks of a directory are made from.
struct DirectoryInput {
  const FileTree* tree = nullptr;
  FileTree::Index directory = 0;
  uint32_t inode = 0;   ///< its number
  uint32_t parent = 0;  ///< its parent's
  /// The inode number of each inode of the tree.
  const std::vector<uint32_t>* numbers = nullptr;
  /// The number of lost+found if the tree has none: an additional name in the root directory. 0: no such name.
  uint32_t lost_found = 0;
  std::array<uint8_t, 16> hash_seed{};
  uint32_t checksum_seed = 0;  ///< of this inode: see InodeSeed()
};

struct Directory {
  ByteVector blocks;     ///< whole blocks, checksums included
  bool indexed = false;  ///< a hash tree: the inode must have kIndexFlag
};

/// Makes the blocks of a directory: a plain list if one block is enough, a hash tree (half MD4) otherwise. kUnsupported
/// if there are more entries than a tree of two levels can hold.
Result<Directory> MakeDirectory(const DirectoryInput& input);

/// The result of MeasureDirectory().
struct DirectorySize {
  uint64_t blocks = 0;
  bool indexed = false;  ///< as Directory::indexed
};
/// Says how many blocks MakeDirectory() makes and whether they are indexed, without making them. kUnsupported as there.
Result<DirectorySize> MeasureDirectory(const DirectoryInput& input);

/// An empty directory of `blocks` blocks: lost+found, which keeps space for what fsck finds.
ByteVector MakeEmptyDirectory(uint32_t inode, uint32_t parent, uint32_t checksum_seed, uint32_t blocks);

}  // namespace hallmark::ext4
