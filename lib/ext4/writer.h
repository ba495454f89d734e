// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/file_tree.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"
#include "lib/base/thread_pool.h"

namespace hallmark {

struct Ext4Options {
  uint64_t size = 0;                    ///< of the filesystem, bytes; a multiple of 4096
  std::array<uint8_t, 16> uuid{};       ///< in the byte order of its text; seeds the metadata checksums
  std::array<uint8_t, 16> hash_seed{};  ///< of the hash trees of large directories
  std::string label;                    ///< at most 16 bytes
  uint64_t time = 0;                    ///< seconds since 1970: when the filesystem was made
};

/// The capacity of a planned filesystem, and how much of it is used.
struct Ext4Usage {
  uint64_t blocks = 0;       ///< all blocks of 4096 bytes
  uint64_t used_blocks = 0;  ///< blocks in use, metadata included
  uint64_t inodes = 0;
  uint64_t used_inodes = 0;
};

/// The place of everything in a filesystem. Refers to the tree that it was made from.
class Ext4Plan {
 public:
  Ext4Plan();
  Ext4Plan(Ext4Plan&&) noexcept;
  Ext4Plan& operator=(Ext4Plan&&) noexcept;
  ~Ext4Plan();

  /// The capacity of the planned filesystem, and how much of it is used.
  [[nodiscard]] const Ext4Usage& usage() const;

  struct State;

 private:
  friend Result<Ext4Plan> PlanExt4(const FileTree& tree, const Ext4Options& options);
  friend Result<void> WriteExt4(const Ext4Plan& plan, PositionedSink& sink, ThreadPool& pool, Progress* progress);
  std::unique_ptr<State> state_;
};

/// Gives every inode, directory, extent and table of `tree` its place in an ext4 filesystem without a journal: blocks
/// of 4096 bytes, inodes of 256 bytes, and the features of mke2fs 1.47 (extents, flex_bg, 64bit, metadata_csum,
/// dir_index, dir_nlink, huge_file, sparse_super). Files are contiguous, in the order of the tree; holes of sparse
/// files stay holes. An inode's four times are its mtime. /lost+found is added if the tree has none.
///
/// kNoSpace if the tree does not fit, with how much is missing; kUnsupported names a file that ext4 can't hold. Source:
/// the kernel's Documentation/filesystems/ext4/.
Result<Ext4Plan> PlanExt4(const FileTree& tree, const Ext4Options& options);

/// Writes a planned filesystem from front to back, on all threads of `pool`; empty blocks are not written. File
/// contents are read once each; memory use does not grow with the size. kCorrupt if a file has become shorter since the
/// plan. `progress`, if given, advances by bytes written.
Result<void> WriteExt4(const Ext4Plan& plan, PositionedSink& sink, ThreadPool& pool, Progress* progress = nullptr);

/// A good size for a filesystem of the tree, in bytes: what the tree takes at least, with metadata and some slack.
Result<uint64_t> EstimateExt4Size(const FileTree& tree);

}  // namespace hallmark
