// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"

namespace hallmark {

struct Fat32Options {
  uint64_t size = 0;          ///< bytes, a multiple of 512
  uint64_t start = 0;         ///< where on its disk it begins, bytes: some firmware checks the "hidden sectors"
  uint32_t serial = 0;        ///< volume serial number
  std::string label = "ESP";  ///< at most 11 characters: letters, digits, '_', '-', blanks
};

/// Writes a tree as a FAT32 filesystem, front to back: every file in one piece, in the order of the tree, nothing of
/// the builder in it. Owners, permissions and extended attributes have no place in FAT and are left out; times are kept
/// to two seconds, in UTC. kUsage names what FAT can't hold: names, links, devices, files of 4 GiB, two names that
/// differ in case only; or the option that is wrong. kNoSpace says how much is missing.
Result<void> WriteFat32(const FileTree& tree, const Fat32Options& options, Sink& sink);

/// Reads a FAT32 filesystem. Nothing in it is trusted: chains that loop or leave the disk, sizes that do not fit and
/// trees that are too deep are kCorrupt.
class Fat32Reader {
 public:
  struct Entry {
    std::string path;  ///< "/EFI/BOOT/BOOTAA64.EFI"
    bool directory = false;
    uint64_t size = 0;  ///< bytes
    Timestamp mtime;
    uint32_t cluster = 0;  ///< the first; 0: none
  };

  /// The filesystem in `size` bytes of `file` from `offset` on. `file` must outlive the reader.
  static Result<Fat32Reader> Open(const File& file, uint64_t offset, uint64_t size);

  [[nodiscard]] const std::string& label() const { return label_; }
  [[nodiscard]] uint32_t serial() const { return serial_; }
  /// All that is in it, depth first in the order of the directories, the root left out.
  [[nodiscard]] Result<std::vector<Entry>> List() const;
  /// The content of a file.
  [[nodiscard]] Result<void> Read(const Entry& entry, Sink& sink) const;
  /// What `offset`, bytes from the start of the filesystem, belongs to: "boot sector", "file allocation table", ...
  [[nodiscard]] std::string PlaceName(uint64_t offset) const;

 private:
  explicit Fat32Reader(const File& file) : file_(&file) {}
  [[nodiscard]] Result<std::vector<uint32_t>> Chain(uint32_t first) const;
  Result<void> ListDirectory(const std::string& path, uint32_t cluster, int depth, std::vector<bool>& seen,
                             std::vector<Entry>& entries) const;
  [[nodiscard]] uint64_t ClusterOffset(uint32_t cluster) const { return data_ + (cluster - 2) * cluster_size_; }

  const File* file_;
  uint64_t start_ = 0;  // offset of the filesystem in the file
  uint64_t fat_start_ = 0;
  uint64_t data_ = 0;  // offset of cluster 2 in the file
  uint64_t cluster_size_ = 0;
  uint32_t clusters_ = 0;
  std::vector<uint32_t> fat_;
  std::string label_;
  uint32_t serial_ = 0;
  uint32_t root_cluster_ = 0;
};

}  // namespace hallmark
