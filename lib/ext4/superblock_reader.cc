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
#include "lib/ext4/ext4_format.h"
#include "lib/ext4/reader_state.h"
#include "lib/ext4/superblock.h"

namespace hallmark::ext4 {
namespace {

constexpr uint32_t kMinFirstInode = 11;
// Bounds the memory (one bit per block) that a filesystem of holes can cost: 1 TiB with blocks of 4096 bytes.
constexpr uint64_t kMaxBlocks = uint64_t{1} << 28;

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
  FieldPlace { "s_" #name, offsetof(Superblock, name), sizeof(Superblock::name), Form::form }
constexpr FieldPlace kFields[] = {
    HALLMARK_FIELD(inodes_count, kNumber),
    HALLMARK_FIELD(blocks_count, kNumber),
    HALLMARK_FIELD(r_blocks_count, kNumber),
    HALLMARK_FIELD(free_blocks_count, kNumber),
    HALLMARK_FIELD(free_inodes_count, kNumber),
    HALLMARK_FIELD(first_data_block, kNumber),
    HALLMARK_FIELD(log_block_size, kNumber),
    HALLMARK_FIELD(log_cluster_size, kNumber),
    HALLMARK_FIELD(blocks_per_group, kNumber),
    HALLMARK_FIELD(clusters_per_group, kNumber),
    HALLMARK_FIELD(inodes_per_group, kNumber),
    HALLMARK_FIELD(mtime, kNumber),
    HALLMARK_FIELD(wtime, kNumber),
    HALLMARK_FIELD(mnt_count, kNumber),
    HALLMARK_FIELD(max_mnt_count, kNumber),
    HALLMARK_FIELD(magic, kHex),
    HALLMARK_FIELD(state, kNumber),
    HALLMARK_FIELD(errors, kNumber),
    HALLMARK_FIELD(minor_rev_level, kNumber),
    HALLMARK_FIELD(lastcheck, kNumber),
    HALLMARK_FIELD(checkinterval, kNumber),
    HALLMARK_FIELD(creator_os, kNumber),
    HALLMARK_FIELD(rev_level, kNumber),
    HALLMARK_FIELD(def_resuid, kNumber),
    HALLMARK_FIELD(def_resgid, kNumber),
    HALLMARK_FIELD(first_ino, kNumber),
    HALLMARK_FIELD(inode_size, kNumber),
    HALLMARK_FIELD(block_group_nr, kNumber),
    HALLMARK_FIELD(feature_compat, kHex),
    HALLMARK_FIELD(feature_incompat, kHex),
    HALLMARK_FIELD(feature_ro_compat, kHex),
    HALLMARK_FIELD(uuid, kHex),
    HALLMARK_FIELD(volume_name, kText),
    HALLMARK_FIELD(last_mounted, kText),
    HALLMARK_FIELD(algorithm_usage_bitmap, kNumber),
    HALLMARK_FIELD(prealloc_blocks, kNumber),
    HALLMARK_FIELD(prealloc_dir_blocks, kNumber),
    HALLMARK_FIELD(reserved_gdt_blocks, kNumber),
    HALLMARK_FIELD(journal_uuid, kHex),
    HALLMARK_FIELD(journal_inum, kNumber),
    HALLMARK_FIELD(journal_dev, kNumber),
    HALLMARK_FIELD(last_orphan, kNumber),
    HALLMARK_FIELD(hash_seed, kHex),
    HALLMARK_FIELD(def_hash_version, kNumber),
    HALLMARK_FIELD(jnl_backup_type, kNumber),
    HALLMARK_FIELD(desc_size, kNumber),
    HALLMARK_FIELD(default_mount_opts, kHex),
    HALLMARK_FIELD(first_meta_bg, kNumber),
    HALLMARK_FIELD(mkfs_time, kNumber),
    HALLMARK_FIELD(jnl_blocks, kHex),
    HALLMARK_FIELD(blocks_count_hi, kNumber),
    HALLMARK_FIELD(r_blocks_count_hi, kNumber),
    HALLMARK_FIELD(free_blocks_hi, kNumber),
    HALLMARK_FIELD(min_extra_isize, kNumber),
    HALLMARK_FIELD(want_extra_isize, kNumber),
    HALLMARK_FIELD(flags, kHex),
    HALLMARK_FIELD(raid_stride, kNumber),
    HALLMARK_FIELD(mmp_update_interval, kNumber),
    HALLMARK_FIELD(mmp_block, kNumber),
    HALLMARK_FIELD(raid_stripe_width, kNumber),
    HALLMARK_FIELD(log_groups_per_flex, kNumber),
    HALLMARK_FIELD(checksum_type, kNumber),
    HALLMARK_FIELD(encryption_level, kNumber),
    HALLMARK_FIELD(reserved_pad, kNumber),
    HALLMARK_FIELD(kbytes_written, kNumber),
    HALLMARK_FIELD(snapshot_inum, kNumber),
    HALLMARK_FIELD(snapshot_id, kNumber),
    HALLMARK_FIELD(snapshot_r_blocks_count, kNumber),
    HALLMARK_FIELD(snapshot_list, kNumber),
    HALLMARK_FIELD(error_count, kNumber),
    HALLMARK_FIELD(first_error_time, kNumber),
    HALLMARK_FIELD(first_error_ino, kNumber),
    HALLMARK_FIELD(first_error_block, kNumber),
    HALLMARK_FIELD(first_error_func, kText),
    HALLMARK_FIELD(first_error_line, kNumber),
    HALLMARK_FIELD(last_error_time, kNumber),
    HALLMARK_FIELD(last_error_ino, kNumber),
    HALLMARK_FIELD(last_error_line, kNumber),
    HALLMARK_FIELD(last_error_block, kNumber),
    HALLMARK_FIELD(last_error_func, kText),
    HALLMARK_FIELD(mount_opts, kText),
    HALLMARK_FIELD(usr_quota_inum, kNumber),
    HALLMARK_FIELD(grp_quota_inum, kNumber),
    HALLMARK_FIELD(overhead_clusters, kNumber),
    HALLMARK_FIELD(backup_bgs, kHex),
    HALLMARK_FIELD(encrypt_algos, kHex),
    HALLMARK_FIELD(encrypt_pw_salt, kHex),
    HALLMARK_FIELD(lpf_ino, kNumber),
    HALLMARK_FIELD(prj_quota_inum, kNumber),
    HALLMARK_FIELD(checksum_seed, kHex),
    HALLMARK_FIELD(wtime_hi, kNumber),
    HALLMARK_FIELD(mtime_hi, kNumber),
    HALLMARK_FIELD(mkfs_time_hi, kNumber),
    HALLMARK_FIELD(lastcheck_hi, kNumber),
    HALLMARK_FIELD(first_error_time_hi, kNumber),
    HALLMARK_FIELD(last_error_time_hi, kNumber),
    HALLMARK_FIELD(first_error_errcode, kNumber),
    HALLMARK_FIELD(last_error_errcode, kNumber),
    HALLMARK_FIELD(encoding, kNumber),
    HALLMARK_FIELD(encoding_flags, kNumber),
    HALLMARK_FIELD(orphan_file_inum, kNumber),
    HALLMARK_FIELD(reserved, kHex),
    HALLMARK_FIELD(checksum, kHex),
};
#undef HALLMARK_FIELD

constexpr bool CoversEveryByte() {
  size_t at = 0;
  for (const FieldPlace& field : kFields) {
    if (field.offset != at) return false;
    at += field.size;
  }
  return at == sizeof(Superblock);
}
static_assert(CoversEveryByte());

std::string FieldValue(const FieldPlace& field, ByteSpan bytes) {
  switch (field.form) {
    case Form::kNumber: {
      Le64 number = 0;
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

std::vector<std::string> FeatureNames(const Superblock& super) {
  const std::pair<int, uint32_t> sets[] = {{E2P_FEATURE_COMPAT, super.feature_compat},
                                           {E2P_FEATURE_INCOMPAT, super.feature_incompat},
                                           {E2P_FEATURE_RO_INCOMPAT, super.feature_ro_compat}};
  std::vector<std::string> names;
  for (const auto& [kind, mask] : sets) {
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
      if ((mask & bit) != 0) names.emplace_back(e2p_feature2string(kind, bit));
    }
  }
  return names;
}

/// Refuses features that this reader can't handle.
Result<void> CheckFeatures(const Superblock& super) {
  if (super.rev_level > EXT2_DYNAMIC_REV) return UnsupportedError("an ext4 filesystem of an unknown revision");
  if ((super.feature_incompat & EXT3_FEATURE_INCOMPAT_RECOVER) != 0) {
    return UnsupportedError("the filesystem was not unmounted: its journal holds changes that are not in place yet")
        .WithHint("let 'e2fsck -fy' replay it, on a copy");
  }
  const uint32_t unknown = super.feature_incompat & ~kIncompatible;
  if (unknown != 0) {
    return UnsupportedError(std::string("the ext4 feature ") +
                            e2p_feature2string(E2P_FEATURE_INCOMPAT, unknown & (0 - unknown)));
  }
  if (const uint32_t other = super.feature_ro_compat & kReadOnlyIncompatible; other != 0) {
    return UnsupportedError(std::string("the ext4 feature ") +
                            e2p_feature2string(E2P_FEATURE_RO_INCOMPAT, other & (0 - other)));
  }
  return {};
}

/// Checks what libext2fs divides by, or allocates memory from.
Result<void> CheckGeometry(const Superblock& super, uint64_t size) {
  if (super.log_block_size > kMaxLogBlockSize || super.log_cluster_size != super.log_block_size) {
    return CorruptError("superblock: s_log_block_size: not a size that blocks have");
  }
  const uint32_t block_size = kMinBlockSize << super.log_block_size;
  const uint64_t blocks =
      super.blocks_count |
      ((super.feature_incompat & EXT4_FEATURE_INCOMPAT_64BIT) != 0 ? uint64_t{super.blocks_count_hi} << 32 : 0);
  if (blocks > size / block_size) {
    return CorruptError("superblock: s_blocks_count: it says that it has " + std::to_string(blocks) + " blocks of " +
                        std::to_string(block_size) + " bytes, and there are " + std::to_string(size) + " bytes");
  }
  if (blocks > kMaxBlocks) return UnsupportedError("an ext4 filesystem of " + std::to_string(blocks) + " blocks");
  const uint32_t bits = block_size * 8;  // per bitmap
  if (super.blocks_per_group == 0 || super.blocks_per_group > bits || super.blocks_per_group % 8 != 0) {
    return CorruptError("superblock: s_blocks_per_group: out of range");
  }
  if (super.clusters_per_group != super.blocks_per_group) {
    return CorruptError("superblock: s_clusters_per_group: not s_blocks_per_group");
  }
  if (super.inodes_per_group == 0 || super.inodes_per_group > bits || super.inodes_per_group % 8 != 0) {
    return CorruptError("superblock: s_inodes_per_group: out of range");
  }
  if (super.first_data_block != (block_size == 1024 ? 1U : 0U) || blocks <= super.first_data_block) {
    return CorruptError("superblock: s_first_data_block: out of range");
  }
  const uint64_t groups = DivideRoundUp(blocks - super.first_data_block, super.blocks_per_group);
  if (super.inodes_count != groups * super.inodes_per_group) {
    return CorruptError("superblock: s_inodes_count: not that of " + std::to_string(groups) + " groups");
  }
  if (super.rev_level == EXT2_GOOD_OLD_REV) return {};
  if (super.inode_size < EXT2_GOOD_OLD_INODE_SIZE || super.inode_size > block_size ||
      !std::has_single_bit(uint16_t{super.inode_size})) {
    return CorruptError("superblock: s_inode_size: out of range");
  }
  if (super.first_ino < kMinFirstInode || super.first_ino > super.inodes_count) {
    return CorruptError("superblock: s_first_ino: out of range");
  }
  if (super.reserved_gdt_blocks > block_size / sizeof(uint32_t)) {
    return CorruptError("superblock: s_reserved_gdt_blocks: out of range");
  }
  return {};
}

}  // namespace

Result<Ext4Superblock> ReadSuperblock(const File& file, uint64_t offset, uint64_t size) {
  if (size < kSuperblockOffset + sizeof(Superblock)) return CorruptError("not an ext4 filesystem: too small");
  ByteVector bytes(sizeof(Superblock));
  RETURN_IF_ERROR(file.ReadAt(offset + kSuperblockOffset, bytes));
  ASSIGN_OR_RETURN(const Superblock super, DecodeSuperblock(bytes));
  RETURN_IF_ERROR(CheckFeatures(super));
  RETURN_IF_ERROR(CheckGeometry(super, size));

  const bool wide = (super.feature_incompat & EXT4_FEATURE_INCOMPAT_64BIT) != 0;
  const auto whole = [wide](uint32_t low, uint32_t high) { return low | (wide ? uint64_t{high} << 32 : 0); };
  Ext4Superblock result;
  result.label = LabelOf(super);
  result.uuid = super.uuid;
  result.block_size = kMinBlockSize << super.log_block_size;
  result.blocks = whole(super.blocks_count, super.blocks_count_hi);
  result.free_blocks = whole(super.free_blocks_count, super.free_blocks_hi);
  result.inodes = super.inodes_count;
  result.free_inodes = super.free_inodes_count;
  if (result.free_blocks > result.blocks) return CorruptError("superblock: s_free_blocks_count: more than there are");
  if (result.free_inodes > result.inodes) return CorruptError("superblock: s_free_inodes_count: more than there are");
  result.inodes_per_group = super.inodes_per_group;
  result.groups = super.inodes_count / super.inodes_per_group;
  result.created = super.mkfs_time | uint64_t{super.mkfs_time_hi} << 32;
  result.features = FeatureNames(super);
  for (const FieldPlace& field : kFields) {
    result.fields.push_back(
        {std::string(field.name), FieldValue(field, ByteSpan(bytes).subspan(field.offset, field.size))});
  }
  return result;
}

}  // namespace hallmark::ext4
