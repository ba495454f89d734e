// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/base/endian.h"
#include "lib/base/guid.h"

// ext4 as stored on disk. Source: the kernel's Documentation/filesystems/ext4/; fields have its names without their
// prefixes (s_, bg_, i_). Numbers are little-endian. The number beside a field is its offset in bytes.

namespace hallmark::ext4 {

constexpr uint64_t kSuperblockOffset = 1024;  ///< bytes from the start of the filesystem
constexpr uint16_t kMagic = 0xEF53;
constexpr uint32_t kMinBlockSize = 1024;  ///< bytes
constexpr uint32_t kMaxLogBlockSize = 6;  ///< 64 KiB

struct Superblock {
  Le32 inodes_count{};                        // 0x000
  Le32 blocks_count{};                        // 0x004 low half, as in the other counts of blocks
  Le32 r_blocks_count{};                      // 0x008
  Le32 free_blocks_count{};                   // 0x00C
  Le32 free_inodes_count{};                   // 0x010 0 to inodes_count
  Le32 first_data_block{};                    // 0x014 1 with blocks of 1 KiB, else 0
  Le32 log_block_size{};                      // 0x018 0 to 6: 1 KiB << this
  Le32 log_cluster_size{};                    // 0x01C log_block_size without bigalloc
  Le32 blocks_per_group{};                    // 0x020 a multiple of 8, at most the bits of a block
  Le32 clusters_per_group{};                  // 0x024 blocks_per_group without bigalloc
  Le32 inodes_per_group{};                    // 0x028 a multiple of 8, at most the bits of a block
  Le32 mtime{};                               // 0x02C of the last mount, seconds since 1970, as in the other times
  Le32 wtime{};                               // 0x030 of the last write
  Le16 mnt_count{};                           // 0x034
  Le16 max_mnt_count{};                       // 0x036 signed; -1: none
  Le16 magic{};                               // 0x038 0xEF53
  Le16 state{};                               // 0x03A bit 0: unmounted; bit 1: errors
  Le16 errors{};                              // 0x03C 1 go on, 2 remount read-only, 3 panic
  Le16 minor_rev_level{};                     // 0x03E
  Le32 lastcheck{};                           // 0x040
  Le32 checkinterval{};                       // 0x044
  Le32 creator_os{};                          // 0x048 0: Linux
  Le32 rev_level{};                           // 0x04C 0; or 1: the fields from first_ino on are valid
  Le16 def_resuid{};                          // 0x050
  Le16 def_resgid{};                          // 0x052
  Le32 first_ino{};                           // 0x054 at least 11
  Le16 inode_size{};                          // 0x058 a power of two from 128 to the block size
  Le16 block_group_nr{};                      // 0x05A the group that holds this copy
  Le32 feature_compat{};                      // 0x05C
  Le32 feature_incompat{};                    // 0x060
  Le32 feature_ro_compat{};                   // 0x064
  Guid uuid{};                                // 0x068 in the byte order of its text
  std::array<char, 16> volume_name{};         // 0x078 ended by a zero if shorter
  std::array<char, 64> last_mounted{};        // 0x088 ended by a zero if shorter
  Le32 algorithm_usage_bitmap{};              // 0x0C8
  uint8_t prealloc_blocks{};                  // 0x0CC
  uint8_t prealloc_dir_blocks{};              // 0x0CD
  Le16 reserved_gdt_blocks{};                 // 0x0CE at most block size / 4
  std::array<uint8_t, 16> journal_uuid{};     // 0x0D0
  Le32 journal_inum{};                        // 0x0E0
  Le32 journal_dev{};                         // 0x0E4
  Le32 last_orphan{};                         // 0x0E8
  std::array<Le32, 4> hash_seed{};            // 0x0EC of the hash trees of directories
  uint8_t def_hash_version{};                 // 0x0FC 1: half MD4
  uint8_t jnl_backup_type{};                  // 0x0FD
  Le16 desc_size{};                           // 0x0FE bytes; 32 or, with 64bit, 64
  Le32 default_mount_opts{};                  // 0x100 EXT4_DEFM_...
  Le32 first_meta_bg{};                       // 0x104
  Le32 mkfs_time{};                           // 0x108 when the filesystem was made
  std::array<Le32, 17> jnl_blocks{};          // 0x10C
  Le32 blocks_count_hi{};                     // 0x150 with 64bit, as in the other upper halves
  Le32 r_blocks_count_hi{};                   // 0x154
  Le32 free_blocks_hi{};                      // 0x158
  Le16 min_extra_isize{};                     // 0x15C
  Le16 want_extra_isize{};                    // 0x15E
  Le32 flags{};                               // 0x160 bit 1: names hash as unsigned characters
  Le16 raid_stride{};                         // 0x164
  Le16 mmp_update_interval{};                 // 0x166
  Le64 mmp_block{};                           // 0x168
  Le32 raid_stripe_width{};                   // 0x170
  uint8_t log_groups_per_flex{};              // 0x174 0 to 31
  uint8_t checksum_type{};                    // 0x175 1: CRC-32C
  uint8_t encryption_level{};                 // 0x176
  uint8_t reserved_pad{};                     // 0x177 0
  Le64 kbytes_written{};                      // 0x178
  Le32 snapshot_inum{};                       // 0x180
  Le32 snapshot_id{};                         // 0x184
  Le64 snapshot_r_blocks_count{};             // 0x188
  Le32 snapshot_list{};                       // 0x190
  Le32 error_count{};                         // 0x194
  Le32 first_error_time{};                    // 0x198
  Le32 first_error_ino{};                     // 0x19C
  Le64 first_error_block{};                   // 0x1A0
  std::array<char, 32> first_error_func{};    // 0x1A8
  Le32 first_error_line{};                    // 0x1C8
  Le32 last_error_time{};                     // 0x1CC
  Le32 last_error_ino{};                      // 0x1D0
  Le32 last_error_line{};                     // 0x1D4
  Le64 last_error_block{};                    // 0x1D8
  std::array<char, 32> last_error_func{};     // 0x1E0
  std::array<char, 64> mount_opts{};          // 0x200
  Le32 usr_quota_inum{};                      // 0x240
  Le32 grp_quota_inum{};                      // 0x244
  Le32 overhead_clusters{};                   // 0x248
  std::array<Le32, 2> backup_bgs{};           // 0x24C
  std::array<uint8_t, 4> encrypt_algos{};     // 0x254
  std::array<uint8_t, 16> encrypt_pw_salt{};  // 0x258
  Le32 lpf_ino{};                             // 0x268
  Le32 prj_quota_inum{};                      // 0x26C
  Le32 checksum_seed{};                       // 0x270 with csum_seed; else CRC-32C of the UUID
  uint8_t wtime_hi{};                         // 0x274 bits 32 to 39 of the time, as in the others
  uint8_t mtime_hi{};                         // 0x275
  uint8_t mkfs_time_hi{};                     // 0x276
  uint8_t lastcheck_hi{};                     // 0x277
  uint8_t first_error_time_hi{};              // 0x278
  uint8_t last_error_time_hi{};               // 0x279
  uint8_t first_error_errcode{};              // 0x27A
  uint8_t last_error_errcode{};               // 0x27B
  Le16 encoding{};                            // 0x27C
  Le16 encoding_flags{};                      // 0x27E
  Le32 orphan_file_inum{};                    // 0x280
  std::array<Le32, 94> reserved{};            // 0x284 0
  Le32 checksum{};                            // 0x3FC CRC-32C of all before it
};
static_assert(sizeof(Superblock) == 1024 && alignof(Superblock) == 1);
static_assert(offsetof(Superblock, magic) == 0x38 && offsetof(Superblock, feature_incompat) == 0x60);
static_assert(offsetof(Superblock, uuid) == 0x68 && offsetof(Superblock, volume_name) == 0x78);
static_assert(offsetof(Superblock, blocks_count_hi) == 0x150 && offsetof(Superblock, checksum) == 0x3FC);

struct GroupDescriptor {
  Le32 block_bitmap{};          // 0x00 low half, as in the others
  Le32 inode_bitmap{};          // 0x04
  Le32 inode_table{};           // 0x08
  Le16 free_blocks_count{};     // 0x0C
  Le16 free_inodes_count{};     // 0x0E
  Le16 used_dirs_count{};       // 0x10
  Le16 flags{};                 // 0x12 1 no inode in use, 2 no block in use, 4 inode table is zeroed
  Le32 exclude_bitmap_lo{};     // 0x14
  Le16 block_bitmap_csum_lo{};  // 0x18 of csum_seed, bitmap
  Le16 inode_bitmap_csum_lo{};  // 0x1A
  Le16 itable_unused{};         // 0x1C inodes at the end of the table that were never used
  Le16 checksum{};         // 0x1E of csum_seed, group number, descriptor with this field 0: the low half of a CRC-32C
  Le32 block_bitmap_hi{};  // 0x20
  Le32 inode_bitmap_hi{};  // 0x24
  Le32 inode_table_hi{};   // 0x28
  Le16 free_blocks_count_hi{};  // 0x2C
  Le16 free_inodes_count_hi{};  // 0x2E
  Le16 used_dirs_count_hi{};    // 0x30
  Le16 itable_unused_hi{};      // 0x32
  Le32 exclude_bitmap_hi{};     // 0x34
  Le16 block_bitmap_csum_hi{};  // 0x38
  Le16 inode_bitmap_csum_hi{};  // 0x3A
  Le32 reserved{};              // 0x3C
};
static_assert(sizeof(GroupDescriptor) == 64 && alignof(GroupDescriptor) == 1);
static_assert(offsetof(GroupDescriptor, checksum) == 0x1E && offsetof(GroupDescriptor, block_bitmap_hi) == 0x20);

// What this project writes: blocks of 4096 bytes, inodes of 256 bytes.

constexpr uint32_t kBlockSize = 4096;
constexpr uint32_t kBlocksPerGroup = kBlockSize * 8;  // one bitmap block
constexpr uint32_t kInodeSize = 256;
constexpr uint32_t kInodesPerBlock = kBlockSize / kInodeSize;

constexpr uint32_t kRootInode = 2;
constexpr uint32_t kFirstInode = 11;  // the first that is not reserved; usually lost+found

constexpr std::string_view kLostFoundName = "lost+found";
constexpr uint32_t kMaxLinks = 65000;                         // EXT4_LINK_MAX
constexpr uint64_t kMaxFileBlocks = (uint64_t{1} << 32) - 1;  // logical block numbers have 32 bits

// Inode flags.
constexpr uint32_t kIndexFlag = 0x1000;     // EXT4_INDEX_FL: a directory with a hash tree
constexpr uint32_t kExtentsFlag = 0x80000;  // EXT4_EXTENTS_FL

struct Inode {
  Le16 mode;                           // 0x00
  Le16 uid;                            // 0x02
  Le32 size;                           // 0x04
  Le32 atime;                          // 0x08
  Le32 ctime;                          // 0x0C
  Le32 mtime;                          // 0x10
  Le32 dtime;                          // 0x14
  Le16 gid;                            // 0x18
  Le16 links_count;                    // 0x1A 1 for a directory with more than kMaxLinks (dir_nlink)
  Le32 blocks;                         // 0x1C in units of 512 bytes: data, extent tree and xattr block
  Le32 flags;                          // 0x20
  Le32 version;                        // 0x24
  std::array<uint8_t, 60> block;       // 0x28 extent root, short symlink target, or device number
  Le32 generation;                     // 0x64
  Le32 file_acl;                       // 0x68 block of extended attributes, or 0
  Le32 size_high;                      // 0x6C
  Le32 faddr;                          // 0x70
  Le16 blocks_high;                    // 0x74
  Le16 file_acl_high;                  // 0x76
  Le16 uid_high;                       // 0x78
  Le16 gid_high;                       // 0x7A
  Le16 checksum_low;                   // 0x7C of csum_seed, inode number, generation, inode with these two fields 0
  Le16 reserved;                       // 0x7E
  Le16 extra_isize;                    // 0x80 bytes in use after the first 128: 32
  Le16 checksum_high;                  // 0x82
  Le32 ctime_extra;                    // 0x84 nanoseconds << 2 | bits 32 and 33 of the seconds
  Le32 mtime_extra;                    // 0x88
  Le32 atime_extra;                    // 0x8C
  Le32 crtime;                         // 0x90
  Le32 crtime_extra;                   // 0x94
  Le32 version_high;                   // 0x98
  Le32 project;                        // 0x9C
  std::array<uint8_t, 96> attributes;  // 0xA0 extended attributes kept in the inode
};
static_assert(sizeof(Inode) == kInodeSize && offsetof(Inode, block) == 0x28 && offsetof(Inode, extra_isize) == 0x80);
constexpr uint16_t kExtraSize = 32;
constexpr uint32_t kShortSymlinkMax = 59;  // longer targets get a block

// Extents.

struct ExtentHeader {
  Le16 magic;     // 0x0 0xF30A
  Le16 entries;   // 0x2
  Le16 capacity;  // 0x4
  Le16 depth;     // 0x6 0: the entries are extents; else indexes. At most 5
  Le32 generation;
};
struct ExtentEntry {
  Le32 logical;     // 0x0
  Le16 length;      // 0x4 blocks, at most 32768 for an initialised extent
  Le16 start_high;  // 0x6
  Le32 start;       // 0x8
};
struct ExtentIndex {
  Le32 logical;    // 0x0
  Le32 leaf;       // 0x4 block of the next level
  Le16 leaf_high;  // 0x8
  Le16 unused;     // 0xA
};
static_assert(sizeof(ExtentHeader) == 12 && sizeof(ExtentEntry) == 12 && sizeof(ExtentIndex) == 12);
constexpr uint16_t kExtentMagic = 0xF30A;
constexpr uint32_t kMaxExtentLength = 32768;
constexpr uint32_t kExtentsInInode = 4;
constexpr uint32_t kExtentsInBlock = (kBlockSize - sizeof(ExtentHeader)) / sizeof(ExtentEntry);  // a checksum follows
static_assert(kExtentsInBlock == 340);

// Directories.

struct DirectoryEntryHeader {
  Le32 inode;          // 0x0 0: not in use
  Le16 record_length;  // 0x4 a multiple of 4, to the next entry
  uint8_t name_length;
  uint8_t file_type;
};
struct DirectoryTail {
  Le32 zero;           // 0x0 looks like an entry that is not in use
  Le16 record_length;  // 0x4 12
  uint8_t zero_name_length;
  uint8_t file_type;  // 0x7 0xDE
  Le32 checksum;      // 0x8 of csum_seed, inode number, generation, the block up to here
};
static_assert(sizeof(DirectoryEntryHeader) == 8 && sizeof(DirectoryTail) == 12);
constexpr uint8_t kTailFileType = 0xDE;
constexpr uint32_t kDirectoryRoom = kBlockSize - sizeof(DirectoryTail);  // bytes for entries in a block

/// Stands at byte 24 of a directory's first block, behind "." and "..".
struct IndexRootInfo {
  Le32 zero;             // 0x0
  uint8_t hash_version;  // 0x4 1: half MD4
  uint8_t info_length;   // 0x5 8
  uint8_t extra_levels;  // 0x6 levels of index blocks below the root: 0 or 1
  uint8_t unused_flags;
};
/// The first entry of an index block; the others are IndexEntry.
struct IndexLimit {
  Le16 limit;  // 0x0 entries that fit
  Le16 count;  // 0x2 entries in use, this one included
  Le32 block;  // 0x4 of the entry with the lowest hashes
};
struct IndexEntry {
  Le32 hash;   // 0x0 the lowest hash in the block; bit 0: the block before ends with the same hash
  Le32 block;  // 0x4
};
struct IndexTail {
  Le32 zero;      // 0x0
  Le32 checksum;  // 0x4 of csum_seed, inode number, generation, the block's entries in use, this tail with 0 here
};
static_assert(sizeof(IndexRootInfo) == 8 && sizeof(IndexLimit) == 8 && sizeof(IndexEntry) == 8);
constexpr uint8_t kHalfMd4 = 1;
constexpr uint32_t kIndexRootOffset = 32;  // of IndexLimit in the root
constexpr uint32_t kIndexNodeOffset = 8;   // in the index blocks below the root
constexpr uint32_t kIndexRootLimit = (kBlockSize - kIndexRootOffset - sizeof(IndexTail)) / sizeof(IndexEntry);
constexpr uint32_t kIndexNodeLimit = (kBlockSize - kIndexNodeOffset - sizeof(IndexTail)) / sizeof(IndexEntry);
static_assert(kIndexRootLimit == 507 && kIndexNodeLimit == 510);

// Extended attributes.

struct XattrBlockHeader {
  Le32 magic;       // 0x00 0xEA020000
  Le32 references;  // 0x04
  Le32 blocks;      // 0x08 1
  Le32 hash;        // 0x0C of the entries' hashes
  Le32 checksum;    // 0x10 of csum_seed, block number (8 bytes), the block with 0 here
  std::array<Le32, 3> reserved;
};
struct XattrEntry {
  uint8_t name_length;
  uint8_t name_index;  // 0x1 number of the name's prefix
  Le16 value_offset;   // 0x2 from the first entry (in an inode) or from the start of the block
  Le32 value_inode;    // 0x4 0
  Le32 value_size;     // 0x8
  Le32 hash;           // 0xC
};
static_assert(sizeof(XattrBlockHeader) == 32 && sizeof(XattrEntry) == 16);
constexpr uint32_t kXattrMagic = 0xEA020000;

}  // namespace hallmark::ext4
