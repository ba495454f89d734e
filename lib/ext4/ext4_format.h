// SPDX-License-Identifier: Apache-2.0
#pragma once

// On-disk structures of ext4. Superblock and group descriptors are those of <ext2fs/ext2_fs.h>. Source: the kernel's
// Documentation/filesystems/ext4/.
// Numbers are little-endian; offsets in comments are in bytes from the start of the structure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/base/endian.h"

namespace hallmark::ext4 {

constexpr uint32_t kBlockSize = 4096;
constexpr uint32_t kBlocksPerGroup = kBlockSize * 8;  // one bitmap block
constexpr uint32_t kInodeSize = 256;
constexpr uint32_t kInodesPerBlock = kBlockSize / kInodeSize;

constexpr uint32_t kRootInode = 2;
constexpr uint32_t kFirstInode = 11;  // the first that is not reserved; lost+found by custom

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
  Le32 blocks;                         // 0x1C in 512 bytes: data, extent tree and xattr block
  Le32 flags;                          // 0x20
  Le32 version;                        // 0x24
  std::array<uint8_t, 60> block;       // 0x28 extent root, short symlink target, or device number
  Le32 generation;                     // 0x64
  Le32 file_acl;                       // 0x68 the block of extended attributes, or 0
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
  Le32 leaf;       // 0x4 the block of the next level
  Le16 leaf_high;  // 0x8
  Le16 unused;     // 0xA
};
static_assert(sizeof(ExtentHeader) == 12 && sizeof(ExtentEntry) == 12 && sizeof(ExtentIndex) == 12);
constexpr uint16_t kExtentMagic = 0xF30A;
constexpr uint32_t kMaxExtentLength = 32768;
constexpr uint32_t kExtentsInInode = 4;
constexpr uint32_t kExtentsInBlock = (kBlockSize - sizeof(ExtentHeader)) / sizeof(ExtentEntry);  // then a checksum
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

/// At byte 24 of a directory's first block, behind "." and "..".
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
  Le16 count;  // 0x2 entries there are, this one included
  Le32 block;  // 0x4 of the entry with the lowest hashes
};
struct IndexEntry {
  Le32 hash;   // 0x0 the lowest hash in the block; bit 0: it goes on from the block before
  Le32 block;  // 0x4
};
struct IndexTail {
  Le32 zero;      // 0x0
  Le32 checksum;  // 0x4 of csum_seed, inode number, generation, the block's entries in use, this tail with 0 here
};
static_assert(sizeof(IndexRootInfo) == 8 && sizeof(IndexLimit) == 8 && sizeof(IndexEntry) == 8);
constexpr uint8_t kHalfMd4 = 1;
constexpr uint32_t kIndexRootOffset = 32;  // of IndexLimit in the root
constexpr uint32_t kIndexNodeOffset = 8;   // in the blocks of the level below
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
  uint8_t name_index;  // 0x1 which prefix the name has
  Le16 value_offset;   // 0x2 from the first entry (in an inode) or from the start of the block
  Le32 value_inode;    // 0x4 0
  Le32 value_size;     // 0x8
  Le32 hash;           // 0xC
};
static_assert(sizeof(XattrBlockHeader) == 32 && sizeof(XattrEntry) == 16);
constexpr uint32_t kXattrMagic = 0xEA020000;

}  // namespace hallmark::ext4
