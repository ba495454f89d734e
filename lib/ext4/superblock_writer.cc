// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/superblock_writer.h"

#include <ext2fs/ext2_fs.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/base/crc32c.h"

namespace hallmark::ext4 {
namespace {

constexpr uint32_t kCompatible = EXT2_FEATURE_COMPAT_EXT_ATTR | EXT2_FEATURE_COMPAT_DIR_INDEX;
constexpr uint32_t kIncompatible = EXT2_FEATURE_INCOMPAT_FILETYPE | EXT3_FEATURE_INCOMPAT_EXTENTS |
                                   EXT4_FEATURE_INCOMPAT_64BIT | EXT4_FEATURE_INCOMPAT_FLEX_BG;
constexpr uint32_t kReadOnlyCompatible = EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE |
                                         EXT4_FEATURE_RO_COMPAT_HUGE_FILE | EXT4_FEATURE_RO_COMPAT_DIR_NLINK |
                                         EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE | EXT4_FEATURE_RO_COMPAT_METADATA_CSUM;
constexpr uint16_t kStateClean = 1;
constexpr uint16_t kNoMaxMounts = 0xFFFF;
constexpr uint16_t kErrorsContinue = 1;
constexpr uint8_t kChecksumCrc32c = 1;
constexpr uint32_t kUnsignedHash = 2;  // EXT2_FLAGS_UNSIGNED_HASH: the same name hashes on every architecture

uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }
uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }

Superblock FillSuperblock(const Ext4Plan::State& state, uint32_t group) {
  const Geometry& geometry = state.geometry;
  const Ext4Usage& usage = state.usage;
  const uint64_t free_blocks = usage.blocks - usage.used_blocks;
  Superblock super;
  super.inodes_count = Low(usage.inodes);
  super.blocks_count = Low(usage.blocks);
  super.blocks_count_hi = High(usage.blocks);
  super.free_blocks_count = Low(free_blocks);
  super.free_blocks_hi = High(free_blocks);
  super.free_inodes_count = Low(usage.inodes - usage.used_inodes);
  super.log_block_size = 2;  // 1024 << 2
  super.log_cluster_size = 2;
  super.blocks_per_group = kBlocksPerGroup;
  super.clusters_per_group = kBlocksPerGroup;
  super.inodes_per_group = geometry.inodes_per_group();
  super.wtime = super.lastcheck = super.mkfs_time = Low(state.options.time);
  super.wtime_hi = super.lastcheck_hi = super.mkfs_time_hi = static_cast<uint8_t>(High(state.options.time));
  super.max_mnt_count = kNoMaxMounts;
  super.magic = kMagic;
  super.state = kStateClean;
  super.errors = kErrorsContinue;
  super.rev_level = EXT2_DYNAMIC_REV;
  super.first_ino = kFirstInode;
  super.inode_size = kInodeSize;
  super.block_group_nr = static_cast<uint16_t>(group);
  super.feature_compat = kCompatible;
  super.feature_incompat = kIncompatible;
  super.feature_ro_compat = kReadOnlyCompatible;
  super.uuid = state.options.uuid;
  std::ranges::copy(state.options.label, super.volume_name.begin());
  super.hash_seed = std::bit_cast<std::array<Le32, 4>>(state.options.hash_seed);
  super.def_hash_version = kHalfMd4;
  super.flags = kUnsignedHash;
  super.desc_size = sizeof(GroupDescriptor);
  super.default_mount_opts = EXT2_DEFM_XATTR_USER | EXT2_DEFM_ACL;
  super.min_extra_isize = super.want_extra_isize = kExtraSize;
  super.log_groups_per_flex = static_cast<uint8_t>(geometry.log_groups_per_flex());
  super.checksum_type = kChecksumCrc32c;
  super.checksum = Crc32c(~0u, StructBytes(super).first(offsetof(Superblock, checksum)));
  return super;
}

GroupDescriptor FillDescriptor(const Ext4Plan::State& state, uint32_t group) {
  const Geometry& geometry = state.geometry;
  const GroupUsage& usage = state.groups[group];
  const uint32_t free_inodes = geometry.inodes_per_group() - usage.used_inodes;
  GroupDescriptor desc;
  desc.block_bitmap = Low(geometry.BlockBitmap(group));
  desc.block_bitmap_hi = High(geometry.BlockBitmap(group));
  desc.inode_bitmap = Low(geometry.InodeBitmap(group));
  desc.inode_bitmap_hi = High(geometry.InodeBitmap(group));
  desc.inode_table = Low(geometry.InodeTable(group));
  desc.inode_table_hi = High(geometry.InodeTable(group));
  desc.free_blocks_count = static_cast<uint16_t>(usage.free_blocks);
  desc.free_blocks_count_hi = static_cast<uint16_t>(usage.free_blocks >> 16);
  desc.free_inodes_count = desc.itable_unused = static_cast<uint16_t>(free_inodes);
  desc.free_inodes_count_hi = desc.itable_unused_hi = static_cast<uint16_t>(free_inodes >> 16);
  desc.used_dirs_count = static_cast<uint16_t>(usage.directories);
  desc.used_dirs_count_hi = static_cast<uint16_t>(usage.directories >> 16);
  desc.flags = EXT2_BG_INODE_ZEROED;
  if (usage.used_inodes == 0) desc.flags = desc.flags | EXT2_BG_INODE_UNINIT;

  const ByteSpan blocks = ByteSpan(state.block_bitmap).subspan(uint64_t{group} * kBlockSize, kBlockSize);
  const uint32_t block_checksum = Crc32c(state.checksum_seed, blocks);
  desc.block_bitmap_csum_lo = static_cast<uint16_t>(block_checksum);
  desc.block_bitmap_csum_hi = static_cast<uint16_t>(block_checksum >> 16);
  const ByteVector inodes = MakeInodeBitmap(state, group);
  const uint32_t inode_checksum = Crc32c(state.checksum_seed, ByteSpan(inodes).first(geometry.inodes_per_group() / 8));
  desc.inode_bitmap_csum_lo = static_cast<uint16_t>(inode_checksum);
  desc.inode_bitmap_csum_hi = static_cast<uint16_t>(inode_checksum >> 16);

  const Le32 number = group;
  const uint32_t checksum = Crc32c(Crc32c(state.checksum_seed, StructBytes(number)), StructBytes(desc));
  desc.checksum = static_cast<uint16_t>(checksum);
  return desc;
}

}  // namespace

ByteVector MakeSuperblock(const Ext4Plan::State& state, uint32_t group) {
  const Superblock super = FillSuperblock(state, group);
  ByteVector block(kBlockSize);
  std::memcpy(block.data() + (group == 0 ? kSuperblockOffset : 0), &super, sizeof super);
  return block;
}

ByteVector MakeDescriptors(const Ext4Plan::State& state) {
  ByteVector blocks(uint64_t{state.geometry.descriptor_blocks()} * kBlockSize);
  for (uint32_t group = 0; group < state.geometry.groups(); ++group) {
    const GroupDescriptor desc = FillDescriptor(state, group);
    std::memcpy(blocks.data() + group * sizeof desc, &desc, sizeof desc);
  }
  return blocks;
}

ByteVector MakeInodeBitmap(const Ext4Plan::State& state, uint32_t group) {
  ByteVector bitmap(kBlockSize);
  const auto set = [&bitmap](uint32_t from, uint32_t end) {
    for (uint32_t bit = from; bit < end; ++bit) bitmap[bit / 8] |= static_cast<uint8_t>(1 << bit % 8);
  };
  set(0, state.groups[group].used_inodes);
  set(state.geometry.inodes_per_group(), kBlockSize * 8);
  return bitmap;
}

}  // namespace hallmark::ext4
