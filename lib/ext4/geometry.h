// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/result.h"
#include "lib/ext4/ext4_format.h"

namespace hallmark::ext4 {

/// A run of blocks of the filesystem.
struct Extent {
  uint64_t start = 0;
  uint64_t length = 0;
};

/// The places of superblocks, descriptors, bitmaps and inode tables: everything that depends on the sizes alone.
class Geometry {
 public:
  /// A filesystem of `blocks` blocks with at least `inodes` inodes, reserved ones included. kNoSpace if the blocks are
  /// too few for these inodes or for the metadata; kUsage if they are more than 256 TiB.
  static Result<Geometry> Make(uint64_t blocks, uint64_t inodes);

  [[nodiscard]] uint64_t blocks() const { return blocks_; }
  [[nodiscard]] uint32_t groups() const { return groups_; }
  [[nodiscard]] uint32_t inodes_per_group() const { return inodes_per_group_; }
  [[nodiscard]] uint64_t inodes() const { return uint64_t{groups_} * inodes_per_group_; }
  [[nodiscard]] uint32_t inode_table_blocks() const { return inodes_per_group_ / kInodesPerBlock; }
  [[nodiscard]] uint32_t descriptor_blocks() const { return descriptor_blocks_; }
  [[nodiscard]] uint32_t log_groups_per_flex() const { return log_groups_per_flex_; }

  /// The first block of a group.
  [[nodiscard]] uint64_t GroupStart(uint32_t group) const { return uint64_t{group} * kBlocksPerGroup; }
  /// The number of blocks of a group. The last group may be short.
  [[nodiscard]] uint32_t GroupBlocks(uint32_t group) const;
  /// True if a group holds a copy of superblock and descriptors (sparse_super): 0, 1 and the powers of 3, 5 and 7.
  [[nodiscard]] static bool HasSuperblock(uint32_t group);

  /// The block of the group's block bitmap, the block of its inode bitmap, and the first block of its inode table.
  [[nodiscard]] uint64_t BlockBitmap(uint32_t group) const { return FlexStart(group) + Member(group); }
  [[nodiscard]] uint64_t InodeBitmap(uint32_t group) const {
    return FlexStart(group) + FlexGroups(group) + Member(group);
  }
  [[nodiscard]] uint64_t InodeTable(uint32_t group) const {
    return FlexStart(group) + 2 * FlexGroups(group) + uint64_t{Member(group)} * inode_table_blocks();
  }

  /// The blocks of all metadata, in ascending order, without overlaps.
  [[nodiscard]] std::vector<Extent> Metadata() const;

 private:
  [[nodiscard]] uint32_t FirstOfFlex(uint32_t group) const {
    return group >> log_groups_per_flex_ << log_groups_per_flex_;
  }
  [[nodiscard]] uint32_t Member(uint32_t group) const { return group - FirstOfFlex(group); }
  [[nodiscard]] uint64_t FlexGroups(uint32_t group) const;
  /// The first block bitmap of a flexible group: it stands behind superblock and descriptors of the first group.
  [[nodiscard]] uint64_t FlexStart(uint32_t group) const;
  [[nodiscard]] bool FitsFlexGroups() const;

  uint64_t blocks_ = 0;
  uint32_t groups_ = 0;
  uint32_t inodes_per_group_ = 0;
  uint32_t descriptor_blocks_ = 0;
  uint32_t log_groups_per_flex_ = 4;
};

/// Hands out blocks in ascending order and skips the metadata.
class Allocator {
 public:
  explicit Allocator(const Geometry& geometry);

  /// Appends the next `count` blocks to `extents`, in as few pieces as the metadata allows. Blocks that the filesystem
  /// does not have are counted as missing and not handed out: the caller can go on and learn how many are missing in
  /// total.
  void Allocate(uint64_t count, std::vector<Extent>* extents);
  /// Blocks that were asked for but do not exist.
  [[nodiscard]] uint64_t missing() const { return missing_; }
  /// One block; 0 if none is left.
  uint64_t AllocateOne();

 private:
  std::vector<Extent> free_;
  size_t index_ = 0;
  uint64_t used_ = 0;  // of free_[index_]
  uint64_t missing_ = 0;
};

}  // namespace hallmark::ext4
