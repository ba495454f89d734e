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

/// True if `start`, the first bytes of a volume, holds what FAT32 calls itself in its boot sector. It takes 90 bytes.
/// Whether the filesystem is sound is for the reader to say.
bool LooksLikeFat32(ByteSpan start);

/// Kind "vfat", label and serial number ("1234-ABCD") of the volume that begins with `start`, if that is the boot
/// sector of a FAT32 filesystem. Characters that are not ASCII become '?' in the label.
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
