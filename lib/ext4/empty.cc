// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/empty.h"

#include <ext2fs/ext2fs.h>

#include <algorithm>
#include <memory>

#include "lib/base/handle.h"

namespace hallmark {
namespace {

constexpr uint32_t kLogBlockSize = 2;  // 1024 << 2
constexpr uint64_t kBlockSize = 4096;
constexpr uint64_t kBytesPerInode = 16384;  // mke2fs.conf of e2fsprogs
constexpr uint32_t kFlexGroupSize = 16;     // mke2fs.conf too
constexpr uint64_t kReservedShare = 100;  // percent for root: daemons keep working after sessions have filled the disk
constexpr uint64_t kMinSize = 64 << 20;

using Filesystem = std::unique_ptr<struct_ext2_filsys, Deleter<ext2fs_free>>;

Result<void> Check(errcode_t code, const char* what) {
  if (code == 0) return {};
  return IoError(std::string(what) + ": " + error_message(code));
}

ext2_super_block Parameters(const Ext4Options& options) {
  ext2_super_block super{};
  ext2fs_blocks_count_set(&super, options.size / kBlockSize);
  ext2fs_r_blocks_count_set(&super, options.size / kBlockSize / kReservedShare);
  super.s_inodes_count = static_cast<uint32_t>(std::min<uint64_t>(options.size / kBytesPerInode, UINT32_MAX));
  super.s_log_block_size = super.s_log_cluster_size = kLogBlockSize;
  super.s_rev_level = EXT2_DYNAMIC_REV;
  super.s_inode_size = 256;
  super.s_log_groups_per_flex = 4;
  static_assert(1 << 4 == kFlexGroupSize);
  ext2fs_set_feature_xattr(&super);
  ext2fs_set_feature_dir_index(&super);
  ext2fs_set_feature_filetype(&super);
  ext2fs_set_feature_extents(&super);
  ext2fs_set_feature_64bit(&super);
  ext2fs_set_feature_flex_bg(&super);
  ext2fs_set_feature_sparse_super(&super);
  ext2fs_set_feature_large_file(&super);
  ext2fs_set_feature_huge_file(&super);
  ext2fs_set_feature_dir_nlink(&super);
  ext2fs_set_feature_extra_isize(&super);
  ext2fs_set_feature_metadata_csum(&super);
  return super;
}

/// Sets what ext2fs_initialize takes from the machine's clock and random numbers.
void SetIdentity(const Ext4Options& options, struct_ext2_filsys& fs) {
  ext2_super_block& super = *fs.super;
  std::copy(options.uuid.begin(), options.uuid.end(), super.s_uuid);
  std::copy_n(options.hash_seed.data(), sizeof super.s_hash_seed, reinterpret_cast<uint8_t*>(super.s_hash_seed));
  std::copy(options.label.begin(), options.label.end(), super.s_volume_name);
  fs.now = static_cast<time_t>(options.time);
  super.s_mkfs_time = super.s_lastcheck = super.s_wtime = static_cast<uint32_t>(options.time);
  super.s_mkfs_time_hi = super.s_lastcheck_hi = super.s_wtime_hi = static_cast<uint8_t>(options.time >> 32);
  super.s_def_hash_version = EXT2_HASH_HALF_MD4;
  super.s_flags = EXT2_FLAGS_UNSIGNED_HASH;  // names have the same hash on every architecture
  super.s_checksum_type = EXT2_CRC32C_CHKSUM;
  super.s_default_mount_opts = EXT2_DEFM_XATTR_USER | EXT2_DEFM_ACL;
  super.s_max_mnt_count = -1;
  super.s_min_extra_isize = super.s_want_extra_isize = sizeof(ext2_inode_large) - EXT2_GOOD_OLD_INODE_SIZE;
  super.s_creator_os = EXT2_OS_LINUX;
  ext2fs_init_csum_seed(&fs);
}

Result<void> Fill(struct_ext2_filsys& fs) {
  RETURN_IF_ERROR(Check(ext2fs_allocate_tables(&fs), "placing tables"));
  // The file is all zeros, so the inode tables are already what the kernel would make of them in the background after
  // the first mount.
  for (dgrp_t group = 0; group < fs.group_desc_count; ++group) {
    ext2fs_bg_flags_set(&fs, group, EXT2_BG_INODE_ZEROED);
    ext2fs_group_desc_csum_set(&fs, group);
  }
  RETURN_IF_ERROR(Check(ext2fs_mkdir(&fs, EXT2_ROOT_INO, EXT2_ROOT_INO, nullptr), "making the root directory"));
  fs.umask = 077;
  RETURN_IF_ERROR(Check(ext2fs_mkdir(&fs, EXT2_ROOT_INO, 0, "lost+found"), "making lost+found"));
  for (ext2_ino_t inode = EXT2_ROOT_INO + 1; inode < EXT2_FIRST_INODE(fs.super); ++inode) {
    ext2fs_inode_alloc_stats2(&fs, inode, +1, 0);
  }
  ext2fs_inode_alloc_stats2(&fs, EXT2_BAD_INO, +1, 0);
  RETURN_IF_ERROR(Check(ext2fs_update_bb_inode(&fs, nullptr), "making the inode of bad blocks"));
  const int journal_blocks = ext2fs_default_journal_size(ext2fs_blocks_count(fs.super));
  if (journal_blocks <= 0) return UsageError("too small for a journal");
  return Check(ext2fs_add_journal_inode(&fs, static_cast<blk_t>(journal_blocks), 0), "making the journal");
}

}  // namespace

Result<void> WriteEmptyExt4(const Ext4Options& options, const File& file) {
  if (options.size % kBlockSize != 0 || options.size < kMinSize) {
    return UsageError("an ext4 filesystem with a journal has at least 64 MiB, and a multiple of 4096 bytes");
  }
  if (options.label.size() > EXT2_LABEL_LEN) return UsageError("'" + options.label + "' is longer than 16 bytes");
  RETURN_IF_ERROR(file.Truncate(options.size));
  ext2_super_block parameters = Parameters(options);
  ext2_filsys made = nullptr;
  const std::string name = "/proc/self/fd/" + std::to_string(file.fd());
  RETURN_IF_ERROR(
      Check(ext2fs_initialize(name.c_str(), EXT2_FLAG_64BITS, &parameters, unix_io_manager, &made), "formatting"));
  Filesystem fs(made);
  SetIdentity(options, *fs);
  RETURN_IF_ERROR(Fill(*fs));
  ext2_filsys closing = fs.release();
  Result<void> closed = Check(ext2fs_close_free(&closing), "writing the filesystem");
  if (!closed.ok() && closing != nullptr) ext2fs_free(closing);
  return closed;
}

}  // namespace hallmark
