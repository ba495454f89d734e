// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/canonical.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/base/checked.h"
#include "lib/exfat/boot_reader.h"
#include "lib/exfat/exfat_format.h"
#include "lib/exfat/fault.h"
#include "lib/exfat/upcase.h"
#include "lib/exfat/writer.h"

namespace hallmark {
namespace {

constexpr uint64_t kSector = 512;
constexpr size_t kEntrySize = sizeof(ExfatEntry);

/// Compares each table with what WriteExfat() writes. Each is judged by itself: a reader that follows a chain or a
/// directory with a flipped bit would blame the structure where it ends up.
class TableCheck {
 public:
  TableCheck(const File& file, uint64_t offset, const ExfatGeometry& geometry, const ExfatFault& fault)
      : file_(file), offset_(offset), geometry_(geometry), fault_(fault) {
    bitmap_clusters_ = static_cast<uint32_t>(DivideRoundUp(geometry.BitmapSize(), geometry.cluster_size));
    upcase_clusters_ = static_cast<uint32_t>(DivideRoundUp(table_.size(), geometry.cluster_size));
  }

  [[nodiscard]] Result<void> Check() const {
    if (geometry_.root != kExfatFirstCluster + bitmap_clusters_ + upcase_clusters_ || geometry_.fats != 1) {
      return fault_(ExfatStructure::kBootSector, "the root directory is not where it would be written");
    }
    RETURN_IF_ERROR(CheckFat());
    RETURN_IF_ERROR(CheckBitmap());
    RETURN_IF_ERROR(CheckUpcaseTable());
    return CheckRootEntries();
  }

 private:
  [[nodiscard]] Result<ByteVector> Read(uint64_t at, uint64_t size) const {
    ByteVector bytes(size);
    RETURN_IF_ERROR(file_.ReadAt(offset_ + at, bytes));
    return bytes;
  }

  /// Checks that the FAT holds the chains of bitmap, up-case table and root directory, one after the other, and then
  /// zeros.
  [[nodiscard]] Result<void> CheckFat() const {
    ASSIGN_OR_RETURN(const ByteVector bytes, Read(geometry_.fat, geometry_.fat_size));
    const auto entry = [&](uint64_t i) {
      Le32 value;
      std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
      return uint32_t{value};
    };
    bool root_ended = false;
    for (uint32_t i = 0; i < bytes.size() / sizeof(Le32); ++i) {
      const bool ends = i == 1 || i + 1 == kExfatFirstCluster + bitmap_clusters_ || i + 1 == geometry_.root;
      const uint32_t found = entry(i);
      bool good = found == (i == 0 ? kExfatMedia : ends ? kExfatEndOfChain : root_ended ? 0 : i + 1);
      if (i >= geometry_.root && !root_ended && found == kExfatEndOfChain) good = root_ended = true;
      if (!good) return fault_(ExfatStructure::kFat, "entry " + std::to_string(i) + " is not as it would be written");
    }
    return {};
  }

  /// Checks that the bitmap holds ones and then zeros.
  [[nodiscard]] Result<void> CheckBitmap() const {
    ASSIGN_OR_RETURN(const ByteVector bytes, Read(geometry_.ClusterOffset(kExfatFirstCluster), geometry_.BitmapSize()));
    bool ended = false;
    for (const uint8_t byte : bytes) {
      const auto ones = static_cast<unsigned>(std::countr_one(byte));
      const bool good = byte == (1U << ones) - 1 && (!ended || ones == 0);
      if (!good) return fault_(ExfatStructure::kBitmap, "used and free clusters are mixed");
      ended = ended || ones < 8;
    }
    return {};
  }

  [[nodiscard]] Result<void> CheckUpcaseTable() const {
    ASSIGN_OR_RETURN(const ByteVector bytes,
                     Read(geometry_.ClusterOffset(kExfatFirstCluster + bitmap_clusters_), table_.size()));
    if (bytes != table_) return fault_(ExfatStructure::kUpcaseTable, "it is not the recommended one");
    return {};
  }

  /// Checks that the entries of bitmap and up-case table come first in the root directory, after a label if there is
  /// one.
  [[nodiscard]] Result<void> CheckRootEntries() const {
    const ExfatBitmapEntry bitmap{.first_cluster = kExfatFirstCluster, .length = geometry_.BitmapSize()};
    const ExfatUpcaseEntry upcase{.checksum = ExfatUpcaseTable::kRecommendedChecksum,
                                  .first_cluster = kExfatFirstCluster + bitmap_clusters_,
                                  .length = table_.size()};
    ASSIGN_OR_RETURN(const ByteVector bytes, Read(geometry_.ClusterOffset(geometry_.root), 3 * kEntrySize));
    const auto holds = [&](size_t slot, ByteSpan entry) {
      return std::ranges::equal(ByteSpan(bytes).subspan(slot * kEntrySize, kEntrySize), entry);
    };
    // If one of the two entries is damaged, the other one still shows whether there is a label.
    const bool labelled = holds(1, StructBytes(bitmap)) || holds(2, StructBytes(upcase));
    if (labelled && bytes[0] != kExfatLabelEntry)
      return fault_(ExfatStructure::kDirectory, "the label is not the first entry");
    const size_t slot = labelled ? 1 : 0;
    if (!holds(slot, StructBytes(bitmap))) {
      return fault_(ExfatStructure::kBitmap, "its directory entry is not as it would be written");
    }
    if (!holds(slot + 1, StructBytes(upcase))) {
      return fault_(ExfatStructure::kUpcaseTable, "its directory entry is not as it would be written");
    }
    return {};
  }

  const File& file_;
  const uint64_t offset_;
  const ExfatGeometry& geometry_;
  const ExfatFault& fault_;
  const ByteVector table_ = ExfatUpcaseTable::Recommended().Encode();
  uint32_t bitmap_clusters_;
  uint32_t upcase_clusters_;
};

/// Compares the bytes that would be written with those of the file.
class CompareOutput : public ExfatOutput {
 public:
  /// `data`: the ranges of the file that are not holes.
  CompareOutput(const File& file, uint64_t offset, std::vector<DataRange> data, const ExfatFault& fault)
      : file_(file), offset_(offset), data_(std::move(data)), fault_(fault), buffer_(128 << 10) {}

  Result<void> Put(ExfatStructure structure, ByteSpan bytes) override {
    while (!bytes.empty()) {
      const ByteSpan expected = bytes.first(std::min(bytes.size(), buffer_.size()));
      const auto found = MutableByteSpan(buffer_).first(expected.size());
      RETURN_IF_ERROR(file_.ReadAt(offset_ + position_, found));
      const auto at = static_cast<size_t>(std::ranges::mismatch(expected, found).in1 - expected.begin());
      if (at != expected.size()) {
        const uint8_t entry_type = expected[at / kEntrySize * kEntrySize];
        return Differs(structure == ExfatStructure::kDirectory ? OfEntry(entry_type) : structure, at);
      }
      position_ += expected.size();
      bytes = bytes.subspan(expected.size());
    }
    return {};
  }

  Result<void> PutZeros(ExfatStructure structure, uint64_t length) override {
    const uint64_t end = position_ + length;
    for (SkipHole(end); position_ != end; SkipHole(end)) {
      const auto found = MutableByteSpan(buffer_).first(std::min<uint64_t>(end - position_, buffer_.size()));
      RETURN_IF_ERROR(file_.ReadAt(offset_ + position_, found));
      if (!IsZero(found)) {
        return Differs(structure, static_cast<size_t>(std::ranges::find_if(found, [](uint8_t b) { return b != 0; }) -
                                                      found.begin()));
      }
      position_ += found.size();
    }
    return {};
  }

  Result<void> PutContent(const FileTree::Inode& inode) override {
    position_ += inode.size;
    return {};
  }

 private:
  /// Moves to the next data, or to `end` if it comes first: the bytes before it are zeros.
  void SkipHole(uint64_t end) {
    const uint64_t at = offset_ + position_;
    while (range_ != data_.size() && data_[range_].offset + data_[range_].length <= at) ++range_;
    const uint64_t data = range_ == data_.size() ? offset_ + end : data_[range_].offset;
    position_ = std::min(std::max(data, at) - offset_, end);
  }
  static ExfatStructure OfEntry(uint8_t type) {
    switch (type) {
      case kExfatBitmapEntry:
        return ExfatStructure::kBitmap;
      case kExfatUpcaseEntry:
        return ExfatStructure::kUpcaseTable;
      case kExfatFileEntry:
      case kExfatStreamEntry:
      case kExfatNameEntry:
        return ExfatStructure::kEntrySet;
      default:
        return ExfatStructure::kDirectory;
    }
  }
  [[nodiscard]] Error Differs(ExfatStructure structure, size_t at) const {
    return fault_(structure, "byte " + std::to_string(position_ + at) + " is not as it would be written");
  }

  const File& file_;
  const uint64_t offset_;
  const std::vector<DataRange> data_;
  size_t range_ = 0;  // index in `data_` of the first range that does not end before the position
  const ExfatFault& fault_;
  ByteVector buffer_;
  uint64_t position_ = 0;  // from the start of the filesystem
};

/// The tree that was written, as far as the filesystem shows it, without the content of files.
Result<FileTree> TreeOf(const ExfatReader& reader) {
  FileTree tree;
  for (const ExfatReader::Entry& entry : reader.List()) {
    FileTree::Inode inode =
        entry.directory ? FileTree::Directory(0755, entry.mtime) : FileTree::RegularFile("", 0644, entry.mtime);
    inode.size = entry.size;
    RETURN_IF_ERROR(tree.Put(entry.path, std::move(inode)));
  }
  return tree;
}

}  // namespace

Result<ExfatReader> OpenCanonicalExfat(const File& file, uint64_t offset, uint64_t size, ExfatDefect* at_fault,
                                       uint64_t limit) {
  const ExfatFault fault(file, at_fault);
  ASSIGN_OR_RETURN(const ExfatGeometry geometry, ReadExfatBootRegion(file, offset, size, fault));
  if (geometry.size != size) return fault(ExfatStructure::kUnused, "something follows the filesystem");
  if (geometry.sector_size != kSector) return fault(ExfatStructure::kBootSector, "sectors of more than 512 bytes");
  if (geometry.cluster_size != ExfatClusterSize(size)) {
    return fault(ExfatStructure::kBootSector, "clusters of another size than they would have");
  }
  RETURN_IF_ERROR(TableCheck(file, offset, geometry, fault).Check());
  ASSIGN_OR_RETURN(ExfatReader reader, ExfatReader::Open(file, offset, size, at_fault, limit));
  ASSIGN_OR_RETURN(const FileTree tree, TreeOf(reader));
  ASSIGN_OR_RETURN(std::vector<DataRange> data, DataRanges(file));
  CompareOutput output(file, offset, std::move(data), fault);
  const ExfatOptions options{.size = size, .start = geometry.start, .serial = reader.serial(), .label = reader.label()};
  const Result<void> same = WriteExfatTo(tree, options, output);
  if (!same.ok() && same.error().kind != ErrorKind::kCorrupt && same.error().kind != ErrorKind::kIo) {
    return fault(ExfatStructure::kDirectory, same.error().message);  // WriteExfat() can't have written it
  }
  RETURN_IF_ERROR(same);
  return reader;
}

}  // namespace hallmark
