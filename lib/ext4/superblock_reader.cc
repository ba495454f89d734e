// SPDX-License-Identifier: Apache-2.0
#include <ext2fs/ext2_fs.h>

#include <cstdio>

extern "C" {
#include <e2p/e2p.h>  // declares nothing for C++
}

#include <bit>
#include <cstring>
#include <string_view>

#include "lib/base/checked.h"
#include "lib/ext4/reader_state.h"

namespace hallmark::ext4 {
namespace {

static_assert(std::endian::native == std::endian::little, "libext2fs's structures have the fields of this machine");

constexpr uint64_t kSuperblockOffset = 1024;
constexpr uint32_t kMostLogBlockSize = 6;  // 64 KiB
constexpr uint32_t kLeastFirstInode = 11;
// Bounds the memory that a filesystem of nothing but holes can cost: one bit a block. 1 TiB of blocks of 4096 bytes.
constexpr uint64_t kMostBlocks = uint64_t{1} << 28;

constexpr uint32_t kIncompatible = EXT2_FEATURE_INCOMPAT_FILETYPE | EXT3_FEATURE_INCOMPAT_EXTENTS |
                                   EXT4_FEATURE_INCOMPAT_64BIT | EXT4_FEATURE_INCOMPAT_FLEX_BG |
                                   EXT4_FEATURE_INCOMPAT_CSUM_SEED | EXT4_FEATURE_INCOMPAT_LARGEDIR;
constexpr uint32_t kReadOnlyIncompatible =
    EXT4_FEATURE_RO_COMPAT_BIGALLOC | EXT4_FEATURE_RO_COMPAT_SHARED_BLOCKS | EXT4_FEATURE_RO_COMPAT_HAS_SNAPSHOT;

enum class Form { kNumber, kText, kHex };
struct FieldPlace {
  std::string_view name;
  size_t offset;
  size_t size;
  Form form;
};
#define HALLMARK_FIELD(name, form) \
  FieldPlace { #name, offsetof(ext2_super_block, name), sizeof(ext2_super_block::name), Form::form }
constexpr FieldPlace kFields[] = {
    HALLMARK_FIELD(s_inodes_count, kNumber),
    HALLMARK_FIELD(s_blocks_count, kNumber),
    HALLMARK_FIELD(s_r_blocks_count, kNumber),
    HALLMARK_FIELD(s_free_blocks_count, kNumber),
    HALLMARK_FIELD(s_free_inodes_count, kNumber),
    HALLMARK_FIELD(s_first_data_block, kNumber),
    HALLMARK_FIELD(s_log_block_size, kNumber),
    HALLMARK_FIELD(s_log_cluster_size, kNumber),
    HALLMARK_FIELD(s_blocks_per_group, kNumber),
    HALLMARK_FIELD(s_clusters_per_group, kNumber),
    HALLMARK_FIELD(s_inodes_per_group, kNumber),
    HALLMARK_FIELD(s_mtime, kNumber),
    HALLMARK_FIELD(s_wtime, kNumber),
    HALLMARK_FIELD(s_mnt_count, kNumber),
    HALLMARK_FIELD(s_max_mnt_count, kNumber),
    HALLMARK_FIELD(s_magic, kHex),
    HALLMARK_FIELD(s_state, kNumber),
    HALLMARK_FIELD(s_errors, kNumber),
    HALLMARK_FIELD(s_minor_rev_level, kNumber),
    HALLMARK_FIELD(s_lastcheck, kNumber),
    HALLMARK_FIELD(s_checkinterval, kNumber),
    HALLMARK_FIELD(s_creator_os, kNumber),
    HALLMARK_FIELD(s_rev_level, kNumber),
    HALLMARK_FIELD(s_def_resuid, kNumber),
    HALLMARK_FIELD(s_def_resgid, kNumber),
    HALLMARK_FIELD(s_first_ino, kNumber),
    HALLMARK_FIELD(s_inode_size, kNumber),
    HALLMARK_FIELD(s_block_group_nr, kNumber),
    HALLMARK_FIELD(s_feature_compat, kHex),
    HALLMARK_FIELD(s_feature_incompat, kHex),
    HALLMARK_FIELD(s_feature_ro_compat, kHex),
    HALLMARK_FIELD(s_uuid, kHex),
    HALLMARK_FIELD(s_volume_name, kText),
    HALLMARK_FIELD(s_last_mounted, kText),
    HALLMARK_FIELD(s_algorithm_usage_bitmap, kNumber),
    HALLMARK_FIELD(s_prealloc_blocks, kNumber),
    HALLMARK_FIELD(s_prealloc_dir_blocks, kNumber),
    HALLMARK_FIELD(s_reserved_gdt_blocks, kNumber),
    HALLMARK_FIELD(s_journal_uuid, kHex),
    HALLMARK_FIELD(s_journal_inum, kNumber),
    HALLMARK_FIELD(s_journal_dev, kNumber),
    HALLMARK_FIELD(s_last_orphan, kNumber),
    HALLMARK_FIELD(s_hash_seed, kHex),
    HALLMARK_FIELD(s_def_hash_version, kNumber),
    HALLMARK_FIELD(s_jnl_backup_type, kNumber),
    HALLMARK_FIELD(s_desc_size, kNumber),
    HALLMARK_FIELD(s_default_mount_opts, kHex),
    HALLMARK_FIELD(s_first_meta_bg, kNumber),
    HALLMARK_FIELD(s_mkfs_time, kNumber),
    HALLMARK_FIELD(s_jnl_blocks, kHex),
    HALLMARK_FIELD(s_blocks_count_hi, kNumber),
    HALLMARK_FIELD(s_r_blocks_count_hi, kNumber),
    HALLMARK_FIELD(s_free_blocks_hi, kNumber),
    HALLMARK_FIELD(s_min_extra_isize, kNumber),
    HALLMARK_FIELD(s_want_extra_isize, kNumber),
    HALLMARK_FIELD(s_flags, kHex),
    HALLMARK_FIELD(s_raid_stride, kNumber),
    HALLMARK_FIELD(s_mmp_update_interval, kNumber),
    HALLMARK_FIELD(s_mmp_block, kNumber),
    HALLMARK_FIELD(s_raid_stripe_width, kNumber),
    HALLMARK_FIELD(s_log_groups_per_flex, kNumber),
    HALLMARK_FIELD(s_checksum_type, kNumber),
    HALLMARK_FIELD(s_encryption_level, kNumber),
    HALLMARK_FIELD(s_reserved_pad, kNumber),
    HALLMARK_FIELD(s_kbytes_written, kNumber),
    HALLMARK_FIELD(s_snapshot_inum, kNumber),
    HALLMARK_FIELD(s_snapshot_id, kNumber),
    HALLMARK_FIELD(s_snapshot_r_blocks_count, kNumber),
    HALLMARK_FIELD(s_snapshot_list, kNumber),
    HALLMARK_FIELD(s_error_count, kNumber),
    HALLMARK_FIELD(s_first_error_time, kNumber),
    HALLMARK_FIELD(s_first_error_ino, kNumber),
    HALLMARK_FIELD(s_first_error_block, kNumber),
    HALLMARK_FIELD(s_first_error_func, kText),
    HALLMARK_FIELD(s_first_error_line, kNumber),
    HALLMARK_FIELD(s_last_error_time, kNumber),
    HALLMARK_FIELD(s_last_error_ino, kNumber),
    HALLMARK_FIELD(s_last_error_line, kNumber),
    HALLMARK_FIELD(s_last_error_block, kNumber),
    HALLMARK_FIELD(s_last_error_func, kText),
    HALLMARK_FIELD(s_mount_opts, kText),
    HALLMARK_FIELD(s_usr_quota_inum, kNumber),
    HALLMARK_FIELD(s_grp_quota_inum, kNumber),
    HALLMARK_FIELD(s_overhead_clusters, kNumber),
    HALLMARK_FIELD(s_backup_bgs, kHex),
    HALLMARK_FIELD(s_encrypt_algos, kHex),
    HALLMARK_FIELD(s_encrypt_pw_salt, kHex),
    HALLMARK_FIELD(s_lpf_ino, kNumber),
    HALLMARK_FIELD(s_prj_quota_inum, kNumber),
    HALLMARK_FIELD(s_checksum_seed, kHex),
    HALLMARK_FIELD(s_wtime_hi, kNumber),
    HALLMARK_FIELD(s_mtime_hi, kNumber),
    HALLMARK_FIELD(s_mkfs_time_hi, kNumber),
    HALLMARK_FIELD(s_lastcheck_hi, kNumber),
    HALLMARK_FIELD(s_first_error_time_hi, kNumber),
    HALLMARK_FIELD(s_last_error_time_hi, kNumber),
    HALLMARK_FIELD(s_first_error_errcode, kNumber),
    HALLMARK_FIELD(s_last_error_errcode, kNumber),
    HALLMARK_FIELD(s_encoding, kNumber),
    HALLMARK_FIELD(s_encoding_flags, kNumber),
    HALLMARK_FIELD(s_orphan_file_inum, kNumber),
    HALLMARK_FIELD(s_reserved, kHex),
    HALLMARK_FIELD(s_checksum, kHex),
};
#undef HALLMARK_FIELD

constexpr bool CoversEveryByte() {
  size_t at = 0;
  for (const FieldPlace& field : kFields) {
    if (field.offset != at) return false;
    at += field.size;
  }
  return at == sizeof(ext2_super_block);
}
static_assert(CoversEveryByte());

std::string FieldValue(const FieldPlace& field, ByteSpan bytes) {
  switch (field.form) {
    case Form::kNumber: {
      uint64_t number = 0;
      std::memcpy(&number, bytes.data(), bytes.size());
      return std::to_string(number);
    }
    case Form::kText: {
      const std::string_view text = AsText(bytes);
      return std::string(text.substr(0, text.find('\0')));
    }
    case Form::kHex:
      break;
  }
  return IsZero(bytes) ? "0" : ToHex(bytes);
}

std::vector<std::string> FeatureNames(const ext2_super_block& super) {
  const std::pair<int, uint32_t> sets[] = {{E2P_FEATURE_COMPAT, super.s_feature_compat},
                                           {E2P_FEATURE_INCOMPAT, super.s_feature_incompat},
                                           {E2P_FEATURE_RO_INCOMPAT, super.s_feature_ro_compat}};
  std::vector<std::string> names;
  for (const auto& [kind, mask] : sets) {
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
      if ((mask & bit) != 0) names.emplace_back(e2p_feature2string(kind, bit));
    }
  }
  return names;
}

/// What this reader can't handle.
Result<void> CheckFeatures(const ext2_super_block& super) {
  if (super.s_magic != EXT2_SUPER_MAGIC) return CorruptError("no ext4 filesystem: no magic number");
  if (super.s_rev_level > EXT2_DYNAMIC_REV) return UnsupportedError("an ext4 filesystem of an unknown revision");
  if ((super.s_feature_incompat & EXT3_FEATURE_INCOMPAT_RECOVER) != 0) {
    return UnsupportedError("the filesystem was not unmounted: its journal holds changes that are not in place yet")
        .WithHint("let 'e2fsck -fy' replay it, on a copy");
  }
  const uint32_t unknown = super.s_feature_incompat & ~kIncompatible;
  if (unknown != 0) {
    return UnsupportedError(std::string("the ext4 feature ") +
                            e2p_feature2string(E2P_FEATURE_INCOMPAT, unknown & (0 - unknown)));
  }
  if (const uint32_t other = super.s_feature_ro_compat & kReadOnlyIncompatible; other != 0) {
    return UnsupportedError(std::string("the ext4 feature ") +
                            e2p_feature2string(E2P_FEATURE_RO_INCOMPAT, other & (0 - other)));
  }
  return {};
}

/// What libext2fs divides by or allocates from.
Result<void> CheckGeometry(const ext2_super_block& super, uint64_t size) {
  if (super.s_log_block_size > kMostLogBlockSize || super.s_log_cluster_size != super.s_log_block_size) {
    return CorruptError("superblock: s_log_block_size: no size that blocks have");
  }
  const uint32_t block_size = 1024U << super.s_log_block_size;
  const uint64_t blocks =
      super.s_blocks_count |
      ((super.s_feature_incompat & EXT4_FEATURE_INCOMPAT_64BIT) != 0 ? uint64_t{super.s_blocks_count_hi} << 32 : 0);
  if (blocks > size / block_size) {
    return CorruptError("superblock: s_blocks_count: it says that it has " + std::to_string(blocks) + " blocks of " +
                        std::to_string(block_size) + " bytes, and there are " + std::to_string(size) + " bytes");
  }
  if (blocks > kMostBlocks) return UnsupportedError("an ext4 filesystem of " + std::to_string(blocks) + " blocks");
  const uint32_t bits = block_size * 8;  // of a bitmap
  if (super.s_blocks_per_group == 0 || super.s_blocks_per_group > bits || super.s_blocks_per_group % 8 != 0) {
    return CorruptError("superblock: s_blocks_per_group: out of range");
  }
  if (super.s_clusters_per_group != super.s_blocks_per_group) {
    return CorruptError("superblock: s_clusters_per_group: not s_blocks_per_group");
  }
  if (super.s_inodes_per_group == 0 || super.s_inodes_per_group > bits || super.s_inodes_per_group % 8 != 0) {
    return CorruptError("superblock: s_inodes_per_group: out of range");
  }
  if (super.s_first_data_block != (block_size == 1024 ? 1U : 0U) || blocks <= super.s_first_data_block) {
    return CorruptError("superblock: s_first_data_block: out of range");
  }
  const uint64_t groups = DivideRoundUp(blocks - super.s_first_data_block, super.s_blocks_per_group);
  if (super.s_inodes_count != groups * super.s_inodes_per_group) {
    return CorruptError("superblock: s_inodes_count: not that of " + std::to_string(groups) + " groups");
  }
  if (super.s_rev_level == EXT2_GOOD_OLD_REV) return {};
  if (super.s_inode_size < EXT2_GOOD_OLD_INODE_SIZE || super.s_inode_size > block_size ||
      !std::has_single_bit(super.s_inode_size)) {
    return CorruptError("superblock: s_inode_size: out of range");
  }
  if (super.s_first_ino < kLeastFirstInode || super.s_first_ino > super.s_inodes_count) {
    return CorruptError("superblock: s_first_ino: out of range");
  }
  if (super.s_reserved_gdt_blocks > block_size / sizeof(uint32_t)) {
    return CorruptError("superblock: s_reserved_gdt_blocks: out of range");
  }
  return {};
}

}  // namespace

Result<Ext4Superblock> ReadSuperblock(const File& file, uint64_t offset, uint64_t size) {
  if (size < kSuperblockOffset + sizeof(ext2_super_block)) return CorruptError("no ext4 filesystem: too small");
  ByteVector bytes(sizeof(ext2_super_block));
  RETURN_IF_ERROR(file.ReadAt(offset + kSuperblockOffset, bytes));
  ext2_super_block super;
  std::memcpy(&super, bytes.data(), sizeof super);
  RETURN_IF_ERROR(CheckFeatures(super));
  RETURN_IF_ERROR(CheckGeometry(super, size));

  const bool wide = (super.s_feature_incompat & EXT4_FEATURE_INCOMPAT_64BIT) != 0;
  const auto whole = [wide](uint32_t low, uint32_t high) { return low | (wide ? uint64_t{high} << 32 : 0); };
  Ext4Superblock result;
  const std::string_view label(reinterpret_cast<const char*>(super.s_volume_name), sizeof super.s_volume_name);
  result.label = label.substr(0, label.find('\0'));
  std::memcpy(result.uuid.data(), super.s_uuid, result.uuid.size());
  result.block_size = 1024U << super.s_log_block_size;
  result.blocks = whole(super.s_blocks_count, super.s_blocks_count_hi);
  result.free_blocks = whole(super.s_free_blocks_count, super.s_free_blocks_hi);
  result.inodes = super.s_inodes_count;
  result.free_inodes = super.s_free_inodes_count;
  if (result.free_blocks > result.blocks) return CorruptError("superblock: s_free_blocks_count: more than there are");
  if (result.free_inodes > result.inodes) return CorruptError("superblock: s_free_inodes_count: more than there are");
  result.inodes_per_group = super.s_inodes_per_group;
  result.groups = super.s_inodes_count / super.s_inodes_per_group;
  result.created = super.s_mkfs_time | uint64_t{super.s_mkfs_time_hi} << 32;
  result.features = FeatureNames(super);
  for (const FieldPlace& field : kFields) {
    result.fields.push_back(
        {std::string(field.name), FieldValue(field, ByteSpan(bytes).subspan(field.offset, field.size))});
  }
  return result;
}

}  // namespace hallmark::ext4
