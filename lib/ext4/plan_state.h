// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/ext4/ext4_format.h"
#include "lib/ext4/geometry.h"
#include "lib/ext4/writer.h"

namespace hallmark::ext4 {

constexpr FileTree::Index kNoIndex = std::numeric_limits<FileTree::Index>::max();
constexpr uint32_t kLostFoundBlocks = 4;  // as in mke2fs

/// A run of a file's blocks.
struct FileExtent {
  uint64_t start = 0;    ///< block of the filesystem
  uint32_t logical = 0;  ///< block of the file
  uint32_t length = 0;   ///< at most kMaxExtentLength
};

/// What the plan adds to an inode of the tree. Ranges refer to the plan's lists.
struct InodePlan {
  uint32_t number = 0;
  uint32_t parent = 0;        ///< number of a directory's parent
  uint32_t first_extent = 0;  ///< in State::extents
  uint32_t extent_count = 0;
  uint32_t first_tree_block = 0;  ///< in State::tree_blocks: blocks of the extent tree, leaves first
  uint32_t tree_block_count = 0;
  uint64_t xattr_block = 0;  ///< 0 if there is none
  bool indexed = false;      ///< a directory with a hash tree
};

/// A block of extended attributes. Inodes with the same attributes share it.
struct XattrBlock {
  FileTree::Index subject = 0;  ///< one of those inodes
  uint64_t number = 0;
  uint32_t references = 0;
};

/// A run of blocks of one kind. The blocks between segments are holes.
struct Segment {
  enum class Kind : uint8_t {
    kSuperblock,
    kDescriptors,
    kBlockBitmap,
    kInodeBitmap,
    kInodeTable,
    kFile,  ///< also a symbolic link's target
    kDirectory,
    kLostFound,
    kExtentTree,
    kXattrs,
  };
  uint64_t start = 0;
  uint32_t length = 0;
  Kind kind = Kind::kFile;
  uint32_t subject = 0;  ///< group; index in the tree; index in State::xattr_blocks
  uint32_t logical = 0;  ///< block of the file or directory, or index among an inode's tree blocks
};

struct GroupUsage {
  uint32_t free_blocks = 0;
  uint32_t used_inodes = 0;  ///< counted from the lowest of the group
  uint32_t directories = 0;
};

}  // namespace hallmark::ext4

namespace hallmark {

struct Ext4Plan::State {
  const FileTree* tree = nullptr;
  Ext4Options options;
  ext4::Geometry geometry;
  uint32_t checksum_seed = 0;  ///< CRC-32C of the UUID
  Ext4Usage usage;

  std::vector<ext4::InodePlan> inodes;     ///< by index in the tree
  std::vector<FileTree::Index> by_number;  ///< [number - kFirstInode]; kNoIndex for lost+found
  std::vector<ext4::FileExtent> extents;
  std::vector<uint64_t> tree_blocks;
  std::vector<ext4::XattrBlock> xattr_blocks;
  ext4::InodePlan lost_found;           ///< number 0 if the tree has its own
  std::vector<ext4::Segment> segments;  ///< in the order of blocks
  std::vector<uint8_t> block_bitmap;    ///< of all groups, one bit per block
  std::vector<ext4::GroupUsage> groups;

  /// The seed of the checksums of inode `number` and of its blocks: CRC-32C of csum_seed, number and generation (0).
  [[nodiscard]] uint32_t InodeSeed(uint32_t number) const;
};

}  // namespace hallmark
