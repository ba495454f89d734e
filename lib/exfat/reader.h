// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"
#include "lib/exfat/exfat.h"

namespace hallmark {

constexpr uint64_t kExfatMemory = 128 << 20;  ///< bytes, for the list of files

/// Reads an exFAT filesystem that any program wrote: fragmented files, deleted entries, any cluster size, unknown
/// entries that the specification calls benign. Nothing in it is trusted: Open() checks every structure and every
/// cluster. exFAT has no checksum of the content of files: no check here can tell whether it is right.
class ExfatReader {
 public:
  struct Entry {
    std::string path;  ///< "/directory/name"
    bool directory = false;
    uint64_t size = 0;        ///< bytes; of a directory 0
    uint64_t valid_size = 0;  ///< a file reads as zeros from here to its size
    Timestamp mtime;
    uint32_t cluster = 0;  ///< the first cluster; 0 if there is none
    bool contiguous = false;
  };

  /// Opens the filesystem in `size` bytes of `file` from `offset` on; `file` must outlive the reader. kCorrupt names
  /// the structure at fault in its message and, with the reason, in `*at_fault` if `at_fault` is given. If directories
  /// and names would take more than `limit` bytes of memory, the structure is the directory.
  static Result<ExfatReader> Open(const File& file, uint64_t offset, uint64_t size, ExfatDefect* at_fault = nullptr,
                                  uint64_t limit = kExfatMemory);

  [[nodiscard]] const std::string& label() const { return label_; }
  [[nodiscard]] uint32_t serial() const { return serial_; }
  /// Offset on its disk, in bytes, as the boot sector has it.
  [[nodiscard]] uint64_t start() const { return start_; }
  /// Size of the filesystem in bytes, as the boot sector has it.
  [[nodiscard]] uint64_t size() const { return size_; }
  [[nodiscard]] uint32_t cluster_size() const { return cluster_size_; }
  /// All files and directories except the root, depth first in the order of the directories.
  [[nodiscard]] const std::vector<Entry>& List() const { return entries_; }
  /// Writes the content of a file to `sink`.
  [[nodiscard]] Result<void> Read(const Entry& entry, Sink& sink) const;

 private:
  friend class ExfatOpener;
  explicit ExfatReader(const File& file) : file_(&file) {}

  const File* file_;
  uint64_t start_ = 0;
  uint64_t heap_ = 0;  // offset of cluster 2 in the file
  uint64_t size_ = 0;
  uint32_t cluster_size_ = 0;
  std::vector<uint32_t> fat_;  // by cluster; the first two entries are not clusters
  std::string label_;
  uint32_t serial_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace hallmark
