// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/geometry.h"

#include <algorithm>

#include "lib/base/checked.h"

namespace hallmark::ext4 {
namespace {

constexpr uint64_t kBytesPerInode = 16384;  // mke2fs.conf's inode_ratio
constexpr uint32_t kDescriptorSize = 64;
constexpr uint32_t kMaxInodesPerGroup = 65536 - 16;
// mke2fs, too, drops a last group with space for little more than its own metadata.
constexpr uint64_t kMinLastGroup = 64;
constexpr uint64_t kMinBesideCopies = 50;

uint32_t DescriptorBlocks(uint64_t groups) {
  return static_cast<uint32_t>(DivideRoundUp(groups * kDescriptorSize, kBlockSize));
}

uint64_t SmallestLastGroup(uint64_t groups) {
  if (!Geometry::HasSuperblock(static_cast<uint32_t>(groups - 1))) return kMinLastGroup;
  return std::max(kMinLastGroup, 1 + DescriptorBlocks(groups) + kMinBesideCopies);
}

/// The limits are the size of the inode bitmap and the total number of inodes, which has 32 bits.
uint64_t MaxInodesPerGroup(uint64_t groups) {
  const uint64_t of_count = UINT32_MAX / std::max<uint64_t>(groups, 1) / kInodesPerBlock * kInodesPerBlock;
  return std::min<uint64_t>({kMaxInodesPerGroup, kBlocksPerGroup, of_count});
}

}  // namespace

bool Geometry::HasSuperblock(uint32_t group) {
  if (group <= 1) return true;
  for (const uint64_t base : {3, 5, 7}) {
    uint64_t power = base;
    while (power < group) power *= base;
    if (power == group) return true;
  }
  return false;
}

uint32_t Geometry::GroupBlocks(uint32_t group) const {
  return static_cast<uint32_t>(std::min<uint64_t>(kBlocksPerGroup, blocks_ - GroupStart(group)));
}

uint64_t Geometry::FlexGroups(uint32_t group) const {
  return std::min(uint32_t{1} << log_groups_per_flex_, groups_ - FirstOfFlex(group));
}

uint64_t Geometry::FlexStart(uint32_t group) const {
  const uint32_t first = FirstOfFlex(group);
  return GroupStart(first) + (HasSuperblock(first) ? 1 + descriptor_blocks_ : 0);
}

/// True if the bitmaps and tables of every flexible group fit into the first group of it.
bool Geometry::FitsFlexGroups() const {
  for (uint32_t first = 0; first < groups_; first += 1u << log_groups_per_flex_) {
    const uint64_t end = FlexStart(first) + FlexGroups(first) * (2 + inode_table_blocks());
    if (end > GroupStart(first) + GroupBlocks(first)) return false;
  }
  return true;
}

Result<Geometry> Geometry::Make(uint64_t blocks, uint64_t inodes) {
  Geometry geometry;
  geometry.blocks_ = blocks;
  uint64_t groups = DivideRoundUp(blocks, kBlocksPerGroup);
  if (groups > 1u << 21) return UsageError("ext4: more than 256 TiB");
  const uint64_t tail = blocks % kBlocksPerGroup;
  if (groups > 1 && tail > 0 && tail < SmallestLastGroup(groups)) {
    geometry.blocks_ -= tail;
    --groups;
  }
  geometry.groups_ = static_cast<uint32_t>(groups);
  geometry.descriptor_blocks_ = DescriptorBlocks(groups);
  const uint64_t max_per_group = MaxInodesPerGroup(groups);
  const uint64_t wanted = std::max(inodes, std::min(blocks * kBlockSize / kBytesPerInode, max_per_group * groups));
  const uint64_t per_group = RoundUp(DivideRoundUp(wanted, std::max<uint64_t>(groups, 1)), kInodesPerBlock);
  if (per_group > max_per_group || groups == 0) {
    return NoSpaceError("ext4: " + std::to_string(inodes) + " files do not fit into " + std::to_string(blocks) +
                        " blocks");
  }
  geometry.inodes_per_group_ = static_cast<uint32_t>(per_group);
  while (!geometry.FitsFlexGroups()) {
    if (geometry.log_groups_per_flex_ == 0) {
      return NoSpaceError("ext4: " + std::to_string(blocks) + " blocks of 4096 bytes are too few for the metadata");
    }
    --geometry.log_groups_per_flex_;
  }
  return geometry;
}

std::vector<Extent> Geometry::Metadata() const {
  std::vector<Extent> extents;
  for (uint32_t group = 0; group < groups_; ++group) {
    const uint64_t front = HasSuperblock(group) ? 1 + descriptor_blocks_ : 0;
    const uint64_t tables = Member(group) == 0 ? FlexGroups(group) * (2 + inode_table_blocks()) : 0;
    if (front + tables > 0) extents.push_back({GroupStart(group), front + tables});
  }
  return extents;
}

Allocator::Allocator(const Geometry& geometry) {
  uint64_t position = 0;
  for (const Extent& taken : geometry.Metadata()) {
    if (taken.start > position) free_.push_back({position, taken.start - position});
    position = taken.start + taken.length;
  }
  if (position < geometry.blocks()) free_.push_back({position, geometry.blocks() - position});
}

void Allocator::Allocate(uint64_t count, std::vector<Extent>* extents) {
  while (count > 0 && index_ < free_.size()) {
    const Extent& run = free_[index_];
    const uint64_t taken = std::min(count, run.length - used_);
    if (taken > 0) extents->push_back({run.start + used_, taken});
    used_ += taken;
    count -= taken;
    if (used_ == run.length) {
      ++index_;
      used_ = 0;
    }
  }
  missing_ += count;
}

uint64_t Allocator::AllocateOne() {
  std::vector<Extent> extents;
  Allocate(1, &extents);
  return extents.empty() ? 0 : extents.front().start;
}

}  // namespace hallmark::ext4
