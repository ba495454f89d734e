// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"

namespace hallmark {

/// How large an exFAT filesystem is when nobody says: 10 MiB (10 million bytes are not a whole number of sectors).
constexpr uint64_t kExfatDefaultSize = 10'485'760;

constexpr uint64_t kExfatMemory = 128 << 20;  ///< bytes, for the list of files

struct ExfatOptions {
  uint64_t size = kExfatDefaultSize;  ///< bytes, a multiple of 512, at least 1 MiB
  uint64_t start = 0;                 ///< where on its disk it begins, bytes ("partition offset")
  uint32_t serial = 0;                ///< volume serial number
  std::string label;                  ///< at most 11 units of UTF-16; empty: none
};

/// Writes a tree as an exFAT filesystem, front to back: every file and directory in one piece, in the order of the
/// tree, nothing of the builder in it. Owners, permissions and extended attributes have no place in exFAT and are left
/// out; times are kept to 10 ms, in UTC. kUsage names what exFAT can't hold: names, links, devices, two names that
/// differ in case only; kNoSpace says how much is missing.
Result<void> WriteExfat(const FileTree& tree, const ExfatOptions& options, Sink& sink);

/// The parts of an exFAT filesystem, as a check names the one at fault.
enum class ExfatStructure {
  kBootSector,        ///< the first sector
  kBootRegion,        ///< sectors 1 to 10: extended boot sectors, OEM parameters, reserved
  kBootChecksum,      ///< sector 11
  kBackupBootRegion,  ///< sectors 12 to 23
  kFat,               ///< the file allocation table
  kBitmap,            ///< the allocation bitmap: what it holds, or the directory entry that describes it
  kUpcaseTable,       ///< the up-case table: what it holds, or the directory entry that describes it
  kDirectory,         ///< a directory, outside of the entry sets of files
  kEntrySet,          ///< the directory entries of one file or directory
  kName,              ///< the name in an entry set, its length or its hash
  kUnused,            ///< bytes that belong to nothing: between the regions, after a file's end, in free clusters
};
/// "boot sector", "allocation bitmap", ...
std::string_view ExfatStructureName(ExfatStructure structure);

/// Reads an exFAT filesystem, whoever wrote it: fragmented files, deleted entries, any cluster size, unknown entries
/// that the specification calls benign. Nothing in it is trusted: Open() checks every structure and every cluster, and
/// what it gives is whole. The content of files has no checksum in exFAT: no check here can tell whether it is right.
class ExfatReader {
 public:
  struct Entry {
    std::string path;  ///< "/directory/name"
    bool directory = false;
    uint64_t size = 0;        ///< bytes; of a directory 0
    uint64_t valid_size = 0;  ///< from here to its size a file reads as zeros
    Timestamp mtime;
    uint32_t cluster = 0;  ///< the first; 0: none
    bool contiguous = false;
  };

  /// The filesystem in `size` bytes of `file` from `offset` on; `file` must outlive the reader. kCorrupt names the
  /// structure at fault, in its message and in `*at_fault` where that is given; that is the directory where directories
  /// and names would take more than `limit` bytes of memory.
  static Result<ExfatReader> Open(const File& file, uint64_t offset, uint64_t size, ExfatStructure* at_fault = nullptr,
                                  uint64_t limit = kExfatMemory);

  /// Open(), and every byte outside of the content of files must be what WriteExfat writes for these files, label,
  /// serial and start into `size` bytes: kCorrupt otherwise, too. Where one bit of what WriteExfat wrote has changed,
  /// the structure named is the one that the bit lies in; but a letter of a name that has become its capital names the
  /// entry set. A bit in the content of a file or in the label may pass: the caller knows what these must be.
  static Result<ExfatReader> OpenCanonical(const File& file, uint64_t offset, uint64_t size,
                                           ExfatStructure* at_fault = nullptr, uint64_t limit = kExfatMemory);

  [[nodiscard]] const std::string& label() const { return label_; }
  [[nodiscard]] uint32_t serial() const { return serial_; }
  /// Where on its disk it says that it begins, bytes.
  [[nodiscard]] uint64_t start() const { return start_; }
  /// Bytes from one end of the filesystem to the other, as it says itself.
  [[nodiscard]] uint64_t size() const { return size_; }
  [[nodiscard]] uint32_t cluster_size() const { return cluster_size_; }
  /// All that is in it, depth first in the order of the directories, the root left out.
  [[nodiscard]] const std::vector<Entry>& List() const { return entries_; }
  /// The content of a file.
  [[nodiscard]] Result<void> Read(const Entry& entry, Sink& sink) const;

 private:
  friend class ExfatOpener;
  explicit ExfatReader(const File& file) : file_(&file) {}

  const File* file_;
  uint64_t start_ = 0;
  uint64_t heap_ = 0;  // offset of cluster 2 in the file
  uint64_t size_ = 0;
  uint32_t cluster_size_ = 0;
  std::vector<uint32_t> fat_;  // the first two are not clusters
  std::string label_;
  uint32_t serial_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace hallmark
