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

/// An open filesystem. Its functions read what is behind one inode.
struct Ext4Reader::State {
  const File* file = nullptr;
  uint64_t offset = 0;  ///< of the filesystem in the file, bytes
  Ext4Superblock superblock;
  std::unique_ptr<struct_ext2_filsys, Deleter<ext2fs_free>> fs;  ///< never flushed: it is open for reading
};

namespace ext4 {

/// Which blocks belong to something already.
class ClaimedBlocks {
 public:
  explicit ClaimedBlocks(uint64_t blocks) : claimed_(blocks) {}
  /// Empty, or what is wrong with this claim.
  std::string Claim(uint64_t first, uint64_t count);

 private:
  std::vector<bool> claimed_;
};

/// kCorrupt, kUnsupported or kIo with libext2fs's own text.
Error LibraryError(errcode_t code, const std::string& what);

/// Checks a superblock as far as libext2fs relies on it, and its group descriptors.
Result<Ext4Superblock> ReadSuperblock(const File& file, uint64_t offset, uint64_t size);

/// Blocks of superblocks, group descriptors, bitmaps and inode tables. kCorrupt if two of them overlap.
Result<ClaimedBlocks> ClaimGroups(const Ext4Reader::State& state);

/// Inode `number` of a filesystem.
Result<ext2_inode_large> ReadInode(const Ext4Reader::State& state, uint32_t number);

/// Fills in `extents` and `index_blocks` of `inode`. Every block is claimed.
Result<void> ReadBlockMap(const Ext4Reader::State& state, ext2_inode_large& raw, ClaimedBlocks& claimed,
                          Ext4Inode& inode);

/// Sorted by name, values as getxattr gives them.
Result<std::vector<Xattr>> ReadXattrs(const Ext4Reader::State& state, uint32_t number);

struct DirectoryEntry {
  std::string name;
  uint32_t inode = 0;
};
/// The entries of a directory, sorted by name, without "." and "..", which must name itself and `parent`.
Result<std::vector<DirectoryEntry>> ReadDirectory(const Ext4Reader::State& state, const Ext4Inode& directory,
                                                  uint64_t size, uint32_t parent);

}  // namespace ext4
}  // namespace hallmark
