// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/ext4/ext4_format.h"
#include "lib/ext4/reader_state.h"

namespace hallmark::ext4 {
namespace {

constexpr uint32_t kMinRecord = 12;

/// Reads the blocks of one directory.
class DirectoryReader {
 public:
  DirectoryReader(uint32_t directory, uint32_t parent, uint64_t inodes)
      : directory_(directory), parent_(parent), inodes_(inodes) {}

  Result<void> AddBlock(ByteSpan block) {
    for (size_t at = 0; at < block.size();) {
      ASSIGN_OR_RETURN(const auto header, ReadStruct<DirectoryEntryHeader>(block.subspan(at), "directory"));
      // The field can't hold the length of a block of 64 KiB.
      const uint32_t length = header.record_length == 0 || header.record_length == UINT16_MAX
                                  ? uint32_t{1} << 16
                                  : uint32_t{header.record_length};
      if (length < kMinRecord || length % 4 != 0 || length > block.size() - at ||
          header.name_length + sizeof header > length) {
        return Corrupt("an entry with an impossible length");
      }
      const std::string_view name = AsText(block.subspan(at + sizeof header, header.name_length));
      if (header.inode != 0) RETURN_IF_ERROR(AddEntry(name, header.inode));
      at += length;
    }
    return {};
  }

  Result<std::vector<DirectoryEntry>> Finish() {
    if (!own_ || !above_) return Corrupt("'.' or '..' is missing");
    std::sort(entries_.begin(), entries_.end(),
              [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
    const auto twice =
        std::adjacent_find(entries_.begin(), entries_.end(),
                           [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name == b.name; });
    if (twice != entries_.end()) return Corrupt("a name twice");
    return std::move(entries_);
  }

 private:
  [[nodiscard]] Error Corrupt(const std::string& what) const {
    return CorruptError("directory with inode " + std::to_string(directory_) + ": " + what);
  }

  Result<void> AddEntry(std::string_view name, uint32_t inode) {
    if (inode > inodes_) return Corrupt("an entry with inode " + std::to_string(inode) + ", and there are fewer");
    if (name == "." || name == "..") {
      bool& seen = name == "." ? own_ : above_;
      if (seen || inode != (name == "." ? directory_ : parent_)) {
        return Corrupt("'" + std::string(name) + "' is inode " + std::to_string(inode));
      }
      seen = true;
      return {};
    }
    if (name.empty() || name.find('/') != std::string_view::npos || name.find('\0') != std::string_view::npos) {
      return Corrupt("an impossible name");
    }
    entries_.push_back({std::string(name), inode});
    return {};
  }

  uint32_t directory_;
  uint32_t parent_;
  uint64_t inodes_;
  bool own_ = false;
  bool above_ = false;
  std::vector<DirectoryEntry> entries_;
};

}  // namespace

Result<std::vector<DirectoryEntry>> ReadDirectory(const Ext4Reader::State& state, const Ext4Inode& directory,
                                                  uint64_t size, uint32_t parent) {
  const std::string what = "directory with inode " + std::to_string(directory.number);
  const uint64_t block_size = state.superblock.block_size;
  if (size == 0 || size % block_size != 0) return CorruptError(what + ": not a whole number of blocks");
  DirectoryReader reader(directory.number, parent, state.superblock.inodes);
  ByteVector block(block_size);
  uint64_t next = 0;  // logical
  const uint64_t end = size / block_size;
  for (const Ext4Extent& extent : directory.extents) {
    if (next == end) break;
    if (extent.logical != next) return CorruptError(what + ": a hole");
    for (uint64_t i = 0; i < extent.blocks && next < end; ++i, ++next) {
      const errcode_t code =
          ext2fs_read_dir_block4(state.fs.get(), extent.physical + i, block.data(), 0, directory.number);
      if (code != 0) return LibraryError(code, what);
      RETURN_IF_ERROR(reader.AddBlock(block));
    }
  }
  if (next != end) return CorruptError(what + ": shorter than its size");
  return reader.Finish();
}

}  // namespace hallmark::ext4
