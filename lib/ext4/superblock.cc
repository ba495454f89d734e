// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/superblock.h"

#include <ext2fs/ext2_fs.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/base/crc32c.h"

namespace hallmark::ext4 {
namespace {

static_assert(std::endian::native == std::endian::little, "libext2fs's structures have the fields of this machine");
static_assert(sizeof(ext2_super_block) == 1024);

constexpr uint32_t kCompatible = EXT2_FEATURE_COMPAT_EXT_ATTR | EXT2_FEATURE_COMPAT_DIR_INDEX;
constexpr uint32_t kIncompatible = EXT2_FEATURE_INCOMPAT_FILETYPE | EXT3_FEATURE_INCOMPAT_EXTENTS |
                                   EXT4_FEATURE_INCOMPAT_64BIT | EXT4_FEATURE_INCOMPAT_FLEX_BG;
constexpr uint32_t kReadOnlyCompatible = EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE |
                                         EXT4_FEATURE_RO_COMPAT_HUGE_FILE | EXT4_FEATURE_RO_COMPAT_DIR_NLINK |
                                         EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE | EXT4_FEATURE_RO_COMPAT_METADATA_CSUM;
constexpr uint16_t kStateClean = 1;
constexpr uint16_t kErrorsContinue = 1;
constexpr uint8_t kChecksumCrc32c = 1;
constexpr uint32_t kUnsignedHash = 2;  // EXT2_FLAGS_UNSIGNED_HASH: names hash alike on every architecture
constexpr size_t kPrimaryOffset = 1024;

uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }
uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }

ext2_super_block FillSuperblock(const Ext4Plan::State& state, uint32_t group) {
  const Geometry& geometry = state.geometry;
  const Ext4Usage& usage = state.usage;
  const uint64_t free_blocks = usage.blocks - usage.used_blocks;
  ext2_super_block super{};
  super.s_inodes_count = Low(usage.inodes);
  super.s_blocks_count = Low(usage.blocks);
  super.s_blocks_count_hi = High(usage.blocks);
  super.s_free_blocks_count = Low(free_blocks);
  super.s_free_blocks_hi = High(free_blocks);
  super.s_free_inodes_count = Low(usage.inodes - usage.used_inodes);
  super.s_log_block_size = 2;  // 1024 << 2
  super.s_log_cluster_size = 2;
  super.s_blocks_per_group = kBlocksPerGroup;
  super.s_clusters_per_group = kBlocksPerGroup;
  super.s_inodes_per_group = geometry.inodes_per_group();
  super.s_wtime = super.s_lastcheck = super.s_mkfs_time = Low(state.options.time);
  super.s_wtime_hi = super.s_lastcheck_hi = super.s_mkfs_time_hi = static_cast<uint8_t>(High(state.options.time));
  super.s_max_mnt_count = -1;
  super.s_magic = EXT2_SUPER_MAGIC;
  super.s_state = kStateClean;
  super.s_errors = kErrorsContinue;
  super.s_rev_level = EXT2_DYNAMIC_REV;
  super.s_first_ino = kFirstInode;
  super.s_inode_size = kInodeSize;
  super.s_block_group_nr = static_cast<uint16_t>(group);
  super.s_feature_compat = kCompatible;
  super.s_feature_incompat = kIncompatible;
  super.s_feature_ro_compat = kReadOnlyCompatible;
  std::copy(state.options.uuid.begin(), state.options.uuid.end(), super.s_uuid);
  std::copy(state.options.label.begin(), state.options.label.end(), super.s_volume_name);
  std::memcpy(super.s_hash_seed, state.options.hash_seed.data(), sizeof super.s_hash_seed);
  super.s_def_hash_version = kHalfMd4;
  super.s_flags = kUnsignedHash;
  super.s_desc_size = sizeof(ext4_group_desc);
  super.s_default_mount_opts = EXT2_DEFM_XATTR_USER | EXT2_DEFM_ACL;
  super.s_min_extra_isize = super.s_want_extra_isize = kExtraSize;
  super.s_log_groups_per_flex = static_cast<uint8_t>(geometry.log_groups_per_flex());
  super.s_checksum_type = kChecksumCrc32c;
  super.s_checksum = Crc32c(~0u, {reinterpret_cast<const uint8_t*>(&super), offsetof(ext2_super_block, s_checksum)});
  return super;
}

ext4_group_desc FillDescriptor(const Ext4Plan::State& state, uint32_t group) {
  const Geometry& geometry = state.geometry;
  const GroupUsage& usage = state.groups[group];
  const uint32_t free_inodes = geometry.inodes_per_group() - usage.used_inodes;
  ext4_group_desc desc{};
  desc.bg_block_bitmap = Low(geometry.BlockBitmap(group));
  desc.bg_block_bitmap_hi = High(geometry.BlockBitmap(group));
  desc.bg_inode_bitmap = Low(geometry.InodeBitmap(group));
  desc.bg_inode_bitmap_hi = High(geometry.InodeBitmap(group));
  desc.bg_inode_table = Low(geometry.InodeTable(group));
  desc.bg_inode_table_hi = High(geometry.InodeTable(group));
  desc.bg_free_blocks_count = static_cast<uint16_t>(usage.free_blocks);
  desc.bg_free_blocks_count_hi = static_cast<uint16_t>(usage.free_blocks >> 16);
  desc.bg_free_inodes_count = desc.bg_itable_unused = static_cast<uint16_t>(free_inodes);
  desc.bg_free_inodes_count_hi = desc.bg_itable_unused_hi = static_cast<uint16_t>(free_inodes >> 16);
  desc.bg_used_dirs_count = static_cast<uint16_t>(usage.directories);
  desc.bg_used_dirs_count_hi = static_cast<uint16_t>(usage.directories >> 16);
  desc.bg_flags = EXT2_BG_INODE_ZEROED;
  if (usage.used_inodes == 0) desc.bg_flags |= EXT2_BG_INODE_UNINIT;

  const ByteSpan blocks = ByteSpan(state.block_bitmap).subspan(uint64_t{group} * kBlockSize, kBlockSize);
  const uint32_t block_checksum = Crc32c(state.checksum_seed, blocks);
  desc.bg_block_bitmap_csum_lo = static_cast<uint16_t>(block_checksum);
  desc.bg_block_bitmap_csum_hi = static_cast<uint16_t>(block_checksum >> 16);
  const ByteVector inodes = MakeInodeBitmap(state, group);
  const uint32_t inode_checksum = Crc32c(state.checksum_seed, ByteSpan(inodes).first(geometry.inodes_per_group() / 8));
  desc.bg_inode_bitmap_csum_lo = static_cast<uint16_t>(inode_checksum);
  desc.bg_inode_bitmap_csum_hi = static_cast<uint16_t>(inode_checksum >> 16);

  const Le32 number = group;
  const uint32_t checksum =
      Crc32c(Crc32c(state.checksum_seed, StructBytes(number)), {reinterpret_cast<const uint8_t*>(&desc), sizeof desc});
  desc.bg_checksum = static_cast<uint16_t>(checksum);
  return desc;
}

}  // namespace

ByteVector MakeSuperblock(const Ext4Plan::State& state, uint32_t group) {
  const ext2_super_block super = FillSuperblock(state, group);
  ByteVector block(kBlockSize);
  std::memcpy(block.data() + (group == 0 ? kPrimaryOffset : 0), &super, sizeof super);
  return block;
}

ByteVector MakeDescriptors(const Ext4Plan::State& state) {
  ByteVector blocks(uint64_t{state.geometry.descriptor_blocks()} * kBlockSize);
  for (uint32_t group = 0; group < state.geometry.groups(); ++group) {
    const ext4_group_desc desc = FillDescriptor(state, group);
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
