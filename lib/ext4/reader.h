// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/file_tree.h"
#include "lib/base/guid.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"

namespace hallmark {

/// What the superblock of an ext4 filesystem says.
struct Ext4Superblock {
  std::string label;
  Guid uuid{};
  uint32_t block_size = 0;  ///< bytes
  uint64_t blocks = 0;
  uint64_t free_blocks = 0;
  uint64_t inodes = 0;
  uint64_t free_inodes = 0;
  uint32_t groups = 0;
  uint32_t inodes_per_group = 0;
  uint64_t created = 0;               ///< seconds since 1970
  std::vector<std::string> features;  ///< as mke2fs names them

  struct Field {
    std::string name;   ///< as the kernel's documentation has it: "s_wtime"
    std::string value;  ///< a decimal number, text, or hex digits
    bool operator==(const Field&) const = default;
  };
  std::vector<Field> fields;  ///< every field, in the order of the disk

  [[nodiscard]] uint64_t size() const { return blocks * block_size; }
};

/// Blocks of a file that lie in one piece. All in units of the filesystem's blocks.
struct Ext4Extent {
  uint64_t logical = 0;   ///< from the start of the file
  uint64_t physical = 0;  ///< from the start of the filesystem
  uint64_t blocks = 0;
  bool operator==(const Ext4Extent&) const = default;
};

/// What an inode holds beside what a FileTree does.
struct Ext4Inode {
  uint32_t number = 0;
  uint32_t flags = 0;  ///< EXT4_..._FL
  uint32_t generation = 0;
  uint32_t links = 0;  ///< as the inode counts them; of a directory with very many subdirectories, 1
  Timestamp atime;
  Timestamp ctime;
  Timestamp crtime;
  uint64_t allocated = 0;              ///< bytes of the disk, the extent tree and an xattr block included
  uint64_t xattr_block = 0;            ///< 0: none
  std::vector<Ext4Extent> extents;     ///< by logical; holes and unwritten blocks, which read as zeros, are left out
  std::vector<uint64_t> index_blocks;  ///< of the extent tree or the block map, beside the inode
};

/// All files of a filesystem. `tree` holds metadata, symbolic links' targets and no file's content; its inodes are in
/// the order of FileTree::Walk.
struct Ext4Tree {
  FileTree tree;
  std::vector<Ext4Inode> inodes;  ///< by FileTree::Index

  [[nodiscard]] const Ext4Inode& inode(FileTree::Index index) const { return inodes[index]; }
};

/// Reads an ext4 filesystem (ext2 and ext3 too) through libext2fs. Nothing in it is trusted: what can't be true is
/// kCorrupt and names the place; metadata checksums are checked where the filesystem has them. No block belongs to two
/// files, so work and memory are bounded by the filesystem's size. Features that change how files are read, and that no
/// image of ours has (encryption, inline data, bigalloc and others), are kUnsupported, and so is a journal that was not
/// replayed.
class Ext4Reader {
 public:
  /// The filesystem in `size` bytes of `file` from `offset` on. `file` must outlive the reader.
  static Result<Ext4Reader> Open(const File& file, uint64_t offset, uint64_t size);
  Ext4Reader(Ext4Reader&&) noexcept;
  Ext4Reader& operator=(Ext4Reader&&) noexcept;
  ~Ext4Reader();

  [[nodiscard]] const Ext4Superblock& superblock() const;
  /// Every file that has a name. One thread at a time.
  [[nodiscard]] Result<Ext4Tree> ReadTree() const;

  /// Fills `buffer` with the content of a regular file from `offset` on, zeros behind its end.
  [[nodiscard]] Result<void> ReadAt(const Ext4Inode& inode, uint64_t offset, MutableByteSpan buffer) const;
  /// The whole content of a regular file of `tree`; holes stay holes.
  [[nodiscard]] Result<void> Read(const Ext4Tree& tree, FileTree::Index index, Sink& sink) const;
  /// The content of the regular file at `path`. kNotFound; kUnsupported if it is none; kCorrupt if it is larger than
  /// `limit` bytes.
  [[nodiscard]] Result<std::string> ReadSmallFile(const Ext4Tree& tree, std::string_view path, uint64_t limit) const;

  struct State;

 private:
  friend class Ext4BlockOwners;
  explicit Ext4Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hallmark
