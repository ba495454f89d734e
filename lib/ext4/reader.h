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
    std::string name;   ///< as in the kernel's documentation: "s_wtime"
    std::string value;  ///< a decimal number, text, or hex digits
    bool operator==(const Field&) const = default;
  };
  std::vector<Field> fields;  ///< every field, in the order on disk

  [[nodiscard]] uint64_t size() const { return blocks * block_size; }
};

/// Contiguous blocks of a file. All numbers are in blocks of the filesystem.
struct Ext4Extent {
  uint64_t logical = 0;   ///< from the start of the file
  uint64_t physical = 0;  ///< from the start of the filesystem
  uint64_t blocks = 0;
  bool operator==(const Ext4Extent&) const = default;
};

/// What an inode holds besides what a FileTree has.
struct Ext4Inode {
  uint32_t number = 0;
  uint32_t flags = 0;  ///< EXT4_..._FL
  uint32_t generation = 0;
  uint32_t links = 0;  ///< as the inode has it; 1 for a directory with very many subdirectories
  Timestamp atime;
  Timestamp ctime;
  Timestamp crtime;
  uint64_t allocated = 0;              ///< bytes on disk, with the extent tree and the xattr block
  uint64_t xattr_block = 0;            ///< 0 if there is none
  std::vector<Ext4Extent> extents;     ///< by `logical`, without holes and unwritten blocks, which read as zeros
  std::vector<uint64_t> index_blocks;  ///< blocks of the extent tree or block map, outside the inode
};

/// All files of a filesystem. `tree` holds metadata and the targets of symbolic links, but no content of files; its
/// inodes are in the order of FileTree::Walk.
struct Ext4Tree {
  FileTree tree;
  std::vector<Ext4Inode> inodes;  ///< by FileTree::Index

  [[nodiscard]] const Ext4Inode& inode(FileTree::Index index) const { return inodes[index]; }
};

/// Reads an ext4 filesystem (ext2 and ext3 too) through libext2fs. Nothing in it is trusted: impossible values are
/// kCorrupt, and the error names the place; metadata checksums are checked if the filesystem has them. No block may
/// belong to two files, so the filesystem's size bounds work and memory. kUnsupported: features that change how files
/// are read and that our images never have (encryption, inline data, bigalloc and others), and a journal that was not
/// replayed.
class Ext4Reader {
 public:
  /// Opens the filesystem in `size` bytes of `file` from `offset` on. `file` must outlive the reader.
  static Result<Ext4Reader> Open(const File& file, uint64_t offset, uint64_t size);
  Ext4Reader(Ext4Reader&&) noexcept;
  Ext4Reader& operator=(Ext4Reader&&) noexcept;
  ~Ext4Reader();

  /// The decoded superblock.
  [[nodiscard]] const Ext4Superblock& superblock() const;
  /// Every file that has a name. Only one thread may call it at a time.
  [[nodiscard]] Result<Ext4Tree> ReadTree() const;

  /// Fills `buffer` with the content of a regular file from `offset` on; bytes behind its end are zeros.
  [[nodiscard]] Result<void> ReadAt(const Ext4Inode& inode, uint64_t offset, MutableByteSpan buffer) const;
  /// Writes the whole content of a regular file of `tree` to `sink`; holes stay holes.
  [[nodiscard]] Result<void> Read(const Ext4Tree& tree, FileTree::Index index, Sink& sink) const;
  /// The content of the regular file at `path`. kNotFound if none exists; kUnsupported if it is not a regular file;
  /// kCorrupt if it is larger than `limit` bytes.
  [[nodiscard]] Result<std::string> ReadSmallFile(const Ext4Tree& tree, std::string_view path, uint64_t limit) const;

  struct State;

 private:
  friend class Ext4BlockOwners;
  explicit Ext4Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hallmark
