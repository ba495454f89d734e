// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ext2fs/ext2fs.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/handle.h"
#include "lib/base/result.h"
#include "lib/ext4/reader.h"

namespace hallmark {

/// An open filesystem. The functions below read from it.
struct Ext4Reader::State {
  const File* file = nullptr;
  uint64_t offset = 0;  ///< of the filesystem in the file, bytes
  Ext4Superblock superblock;
  std::unique_ptr<struct_ext2_filsys, Deleter<ext2fs_free>> fs;  ///< opened for reading only, so never flushed
};

namespace ext4 {

/// Keeps which blocks already belong to something.
class ClaimedBlocks {
 public:
  explicit ClaimedBlocks(uint64_t blocks) : claimed_(blocks) {}
  /// Claims the blocks. Returns what is wrong with the claim; empty if nothing is.
  std::string Claim(uint64_t first, uint64_t count);

 private:
  std::vector<bool> claimed_;
};

/// An error with libext2fs's own text: kCorrupt, kUnsupported or kIo.
Error LibraryError(errcode_t code, const std::string& what);

/// Checks what libext2fs relies on in a superblock, and its group descriptors.
Result<Ext4Superblock> ReadSuperblock(const File& file, uint64_t offset, uint64_t size);

/// Claims the blocks of superblocks, group descriptors, bitmaps and inode tables. kCorrupt if two of them overlap.
Result<ClaimedBlocks> ClaimGroups(const Ext4Reader::State& state);

/// Reads inode `number`.
Result<ext2_inode_large> ReadInode(const Ext4Reader::State& state, uint32_t number);

/// Fills in `extents` and `index_blocks` of `inode`, and claims every block in them.
Result<void> ReadBlockMap(const Ext4Reader::State& state, ext2_inode_large& raw, ClaimedBlocks& claimed,
                          Ext4Inode& inode);

/// The extended attributes of inode `number`, sorted by name, with values as getxattr gives them.
Result<std::vector<Xattr>> ReadXattrs(const Ext4Reader::State& state, uint32_t number);

struct DirectoryEntry {
  std::string name;
  uint32_t inode = 0;
};
/// The entries of a directory, sorted by name, without "." and "..". kCorrupt unless "." is the directory itself and
/// ".." is `parent`.
Result<std::vector<DirectoryEntry>> ReadDirectory(const Ext4Reader::State& state, const Ext4Inode& directory,
                                                  uint64_t size, uint32_t parent);

}  // namespace ext4
}  // namespace hallmark
