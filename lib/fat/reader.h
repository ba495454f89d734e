// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/file_tree.h"
#include "lib/base/probed_volume.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"

namespace hallmark {

/// True if `start`, the first bytes of a volume (at least 90), is a boot sector that names FAT32 as its type. The
/// reader checks whether the filesystem is valid.
bool LooksLikeFat32(ByteSpan start);

/// Kind "vfat", label and serial number ("1234-ABCD") of the volume that begins with `start`, if it is the boot sector
/// of a FAT32 filesystem. Characters that are not ASCII become '?' in the label.
std::optional<ProbedVolume> ProbeFat32(ByteSpan start);

/// Reads a FAT32 filesystem. Nothing in it is trusted: chains that loop or leave the disk, sizes that do not fit and
/// trees that are too deep are kCorrupt.
class Fat32Reader {
 public:
  struct Entry {
    std::string path;  ///< "/EFI/BOOT/BOOTAA64.EFI"
    bool directory = false;
    uint64_t size = 0;  ///< bytes
    Timestamp mtime;
    uint32_t cluster = 0;  ///< the first cluster; 0 if there is none
  };

  /// Opens the filesystem in `size` bytes of `file` from `offset` on. `file` must outlive the reader.
  static Result<Fat32Reader> Open(const File& file, uint64_t offset, uint64_t size);

  [[nodiscard]] const std::string& label() const { return label_; }
  [[nodiscard]] uint32_t serial() const { return serial_; }
  /// All files and directories except the root, depth first in the order of the directories.
  [[nodiscard]] Result<std::vector<Entry>> List() const;
  /// Writes the content of a file to `sink`.
  [[nodiscard]] Result<void> Read(const Entry& entry, Sink& sink) const;
  /// The structure or file at `offset` bytes from the start of the filesystem: "boot sector", "file allocation table",
  /// ...
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
