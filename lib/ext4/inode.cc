// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/inode.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "lib/base/checked.h"
#include "lib/base/crc32c.h"
#include "lib/ext4/xattr.h"

namespace hallmark::ext4 {
namespace {

constexpr uint32_t kSectorsPerBlock = kBlockSize / 512;

/// One level of an extent tree: its number of entries and of blocks.
struct Level {
  uint64_t entries = 0;
  uint32_t blocks = 0;
  uint32_t first_block = 0;  ///< in the inode's list
};

/// The levels that do not fit into the inode, leaves first.
std::vector<Level> TreeLevels(uint64_t extents) {
  std::vector<Level> levels;
  uint32_t first = 0;
  for (uint64_t entries = extents; entries > kExtentsInInode;) {
    const auto blocks = static_cast<uint32_t>(DivideRoundUp(entries, kExtentsInBlock));
    levels.push_back({entries, blocks, first});
    first += blocks;
    entries = blocks;
  }
  return levels;
}

ExtentEntry MakeEntry(const FileExtent& extent) {
  ExtentEntry entry{};
  entry.logical = extent.logical;
  entry.length = static_cast<uint16_t>(extent.length);
  entry.start_high = static_cast<uint16_t>(extent.start >> 32);
  entry.start = static_cast<uint32_t>(extent.start);
  return entry;
}

/// An index entry for block `which` of level `level`.
ExtentIndex MakeIndex(const Ext4Plan::State& state, const InodePlan& plan, const std::vector<Level>& levels,
                      size_t level, uint32_t which) {
  // The first extent below this block: each block of a level holds kExtentsInBlock entries of the next lower one.
  uint64_t extent = which;
  for (size_t i = 0; i <= level; ++i) extent *= kExtentsInBlock;
  const uint64_t block = state.tree_blocks[plan.first_tree_block + levels[level].first_block + which];
  ExtentIndex index{};
  index.logical = state.extents[plan.first_extent + extent].logical;
  index.leaf = static_cast<uint32_t>(block);
  index.leaf_high = static_cast<uint16_t>(block >> 32);
  return index;
}

/// Writes header and entries [first, first + count) of level `level` (0: extents) into `area`.
void WriteNode(const Ext4Plan::State& state, const InodePlan& plan, const std::vector<Level>& levels, size_t level,
               uint64_t first, uint32_t count, uint32_t capacity, MutableByteSpan area) {
  ExtentHeader header{};
  header.magic = kExtentMagic;
  header.entries = static_cast<uint16_t>(count);
  header.capacity = static_cast<uint16_t>(capacity);
  header.depth = static_cast<uint16_t>(level);
  std::memcpy(area.data(), &header, sizeof header);
  for (uint32_t i = 0; i < count; ++i) {
    uint8_t* at = area.data() + sizeof header + i * sizeof(ExtentEntry);
    if (level == 0) {
      const ExtentEntry entry = MakeEntry(state.extents[plan.first_extent + first + i]);
      std::memcpy(at, &entry, sizeof entry);
    } else {
      const ExtentIndex index = MakeIndex(state, plan, levels, level - 1, static_cast<uint32_t>(first + i));
      std::memcpy(at, &index, sizeof index);
    }
  }
}

void SetExtents(const Ext4Plan::State& state, const InodePlan& plan, Inode& inode) {
  const std::vector<Level> levels = TreeLevels(plan.extent_count);
  const uint32_t entries = levels.empty() ? plan.extent_count : levels.back().blocks;
  WriteNode(state, plan, levels, levels.size(), 0, entries, kExtentsInInode, inode.block);
  inode.flags = inode.flags | kExtentsFlag;
}

/// Stores seconds since 1970, also after 2038: the two low bits of `extra` extend the 32 bits of `seconds`.
void SetTime(Timestamp time, Le32& seconds, Le32& extra) {
  seconds = static_cast<uint32_t>(time.seconds);
  const int64_t low = static_cast<int32_t>(static_cast<uint32_t>(time.seconds));
  extra = (static_cast<uint32_t>((time.seconds - low) >> 32) & 3) | time.nanoseconds << 2;
}

void SetTimes(Timestamp time, Inode& inode) {
  SetTime(time, inode.atime, inode.atime_extra);
  SetTime(time, inode.ctime, inode.ctime_extra);
  SetTime(time, inode.mtime, inode.mtime_extra);
  SetTime(time, inode.crtime, inode.crtime_extra);
}

void SetSize(uint64_t size, uint64_t blocks, Inode& inode) {
  inode.size = static_cast<uint32_t>(size);
  inode.size_high = static_cast<uint32_t>(size >> 32);
  const uint64_t sectors = blocks * kSectorsPerBlock;
  inode.blocks = static_cast<uint32_t>(sectors);
  inode.blocks_high = static_cast<uint16_t>(sectors >> 32);
}

void SetOwner(uint32_t uid, uint32_t gid, Inode& inode) {
  inode.uid = static_cast<uint16_t>(uid);
  inode.uid_high = static_cast<uint16_t>(uid >> 16);
  inode.gid = static_cast<uint16_t>(gid);
  inode.gid_high = static_cast<uint16_t>(gid >> 16);
}

/// Device numbers as the kernel's old_encode_dev and new_encode_dev write them.
void SetDevice(uint32_t major, uint32_t minor, Inode& inode) {
  Le32 number;
  size_t place = 0;
  if (major < 256 && minor < 256) {
    number = major << 8 | minor;
  } else {
    number = (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
    place = sizeof number;
  }
  std::memcpy(inode.block.data() + place, &number, sizeof number);
}

void Seal(uint32_t seed, Inode& inode) {
  inode.extra_isize = kExtraSize;
  inode.checksum_low = 0;
  inode.checksum_high = 0;
  const uint32_t checksum = Crc32c(seed, StructBytes(inode));
  inode.checksum_low = static_cast<uint16_t>(checksum);
  inode.checksum_high = static_cast<uint16_t>(checksum >> 16);
}

uint64_t DataBlocks(const Ext4Plan::State& state, const InodePlan& plan) {
  uint64_t blocks = plan.tree_block_count + (plan.xattr_block != 0 ? 1 : 0);
  for (uint32_t i = 0; i < plan.extent_count; ++i) blocks += state.extents[plan.first_extent + i].length;
  return blocks;
}

uint64_t DirectorySize(const Ext4Plan::State& state, const InodePlan& plan) {
  uint64_t blocks = 0;
  for (uint32_t i = 0; i < plan.extent_count; ++i) blocks += state.extents[plan.first_extent + i].length;
  return blocks * kBlockSize;
}

}  // namespace

uint32_t ExtentTreeBlocks(uint64_t extents) {
  uint32_t blocks = 0;
  for (const Level& level : TreeLevels(extents)) blocks += level.blocks;
  return blocks;
}

ByteVector MakeExtentTreeBlock(const Ext4Plan::State& state, const InodePlan& plan, uint32_t which) {
  const std::vector<Level> levels = TreeLevels(plan.extent_count);
  size_t level = 0;
  while (which >= levels[level].first_block + levels[level].blocks) ++level;
  const uint64_t first = uint64_t{which - levels[level].first_block} * kExtentsInBlock;
  const auto count = static_cast<uint32_t>(std::min<uint64_t>(kExtentsInBlock, levels[level].entries - first));
  ByteVector block(kBlockSize);
  WriteNode(state, plan, levels, level, first, count, kExtentsInBlock, block);
  constexpr size_t kTail = sizeof(ExtentHeader) + kExtentsInBlock * sizeof(ExtentEntry);
  const Le32 checksum = Crc32c(state.InodeSeed(plan.number), ByteSpan(block).first(kTail));
  std::memcpy(block.data() + kTail, &checksum, sizeof checksum);
  return block;
}

Result<Inode> MakeInode(const Ext4Plan::State& state, FileTree::Index index) {
  const FileTree::Inode& source = state.tree->inode(index);
  const InodePlan& plan = state.inodes[index];
  Inode inode{};
  inode.mode = static_cast<uint16_t>(source.mode);
  SetOwner(source.uid, source.gid, inode);
  SetTimes(source.mtime, inode);
  const bool holds_lost_found = index == FileTree::kRoot && state.lost_found.number != 0;
  const uint32_t links = source.link_count + (holds_lost_found ? 1 : 0);
  inode.links_count =
      static_cast<uint16_t>(links > kMaxLinks ? 1 : links);  // dir_nlink: only directories can have so many
  const bool short_link = S_ISLNK(source.mode) && source.size <= kShortSymlinkMax;
  if (S_ISDIR(source.mode)) {
    SetSize(DirectorySize(state, plan), DataBlocks(state, plan), inode);
    if (plan.indexed) inode.flags = kIndexFlag;
  } else {
    SetSize(source.size, DataBlocks(state, plan), inode);
  }
  if (S_ISCHR(source.mode) || S_ISBLK(source.mode)) SetDevice(source.device_major, source.device_minor, inode);
  if (short_link) std::memcpy(inode.block.data(), source.data.data(), source.data.size());
  if (S_ISDIR(source.mode) || S_ISREG(source.mode) || (S_ISLNK(source.mode) && !short_link))
    SetExtents(state, plan, inode);
  inode.file_acl = static_cast<uint32_t>(plan.xattr_block);
  inode.file_acl_high = static_cast<uint16_t>(plan.xattr_block >> 32);
  ASSIGN_OR_RETURN(const EncodedXattrs xattrs, EncodeXattrs(source.xattrs));
  inode.attributes = xattrs.in_inode;
  Seal(state.InodeSeed(plan.number), inode);
  return inode;
}

Inode MakeLostFoundInode(const Ext4Plan::State& state) {
  const InodePlan& plan = state.lost_found;
  Inode inode{};
  inode.mode = S_IFDIR | 0700;
  SetTimes({.seconds = static_cast<int64_t>(state.options.time)}, inode);
  inode.links_count = 2;
  SetSize(DirectorySize(state, plan), DataBlocks(state, plan), inode);
  SetExtents(state, plan, inode);
  Seal(state.InodeSeed(plan.number), inode);
  return inode;
}

}  // namespace hallmark::ext4
