// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/writer.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "lib/base/checked.h"
#include "lib/base/progress.h"
#include "lib/base/utf.h"
#include "lib/exfat/boot_writer.h"
#include "lib/exfat/exfat_format.h"
#include "lib/exfat/upcase.h"
#include "lib/exfat/values.h"

namespace hallmark {
namespace {

constexpr uint64_t kSector = 512;
constexpr uint64_t kMaxSize = uint64_t{256} << 40;
constexpr size_t kEntrySize = sizeof(ExfatEntry);

template <typename T>
void Append(ByteVector& bytes, const T& value) {
  const ByteSpan span = StructBytes(value);
  bytes.insert(bytes.end(), span.begin(), span.end());
}

/// The clusters of a file, a directory or a table: one contiguous run.
struct Place {
  uint32_t first = 0;  ///< 0 if there is none
  uint64_t count = 0;
  bool taken = false;
};

size_t EntriesFor(std::u16string_view name) { return 2 + DivideRoundUp(name.size(), kExfatNameUnits); }

Error CantHold(const std::string& path, const std::string& why) {
  return UsageError("exFAT can't hold " + path + ": " + why);
}

/// The name as exFAT stores it. Names that end in a dot or a blank could be written, but are refused: Windows and Linux
/// drop such ends when they look a name up.
Result<std::u16string> EncodeName(const std::string& name, const std::string& path) {
  ASSIGN_OR_RETURN(std::u16string units, Utf8ToUtf16(name).WithContext(path));
  if (units.size() > kExfatMaxName) return CantHold(path, "a name has at most 255 units of UTF-16");
  if (const std::optional<char16_t> forbidden = ForbiddenInExfat(units)) {
    const std::string what = *forbidden < 0x20 ? "control characters" : std::string(1, static_cast<char>(*forbidden));
    return CantHold(path, "a name can't contain " + what);
  }
  if (units.ends_with(u'.') || units.ends_with(u' ')) return CantHold(path, "its name ends in a dot or a blank");
  return units;
}

class ExfatWriter {
 public:
  ExfatWriter(const FileTree& tree, const ExfatOptions& options, ExfatOutput& output)
      : tree_(tree), options_(options), output_(output), places_(tree.inodes().size()), names_(tree.inodes().size()) {}

  Result<void> Write();

 private:
  [[nodiscard]] uint64_t Used() const { return next_ - kExfatFirstCluster; }

  Result<void> CheckOptions();
  void ChooseGeometry();
  Place Reserve(uint64_t size);
  Result<void> PlaceDirectory(FileTree::Index directory, const std::string& path);
  Result<uint64_t> NameEntries(FileTree::Index directory, const std::string& path);
  Result<void> WriteFront();
  Result<void> WriteFat();
  Result<void> WriteBitmap();
  /// Writes zeros up to the end of the clusters that hold `size` bytes.
  Result<void> Pad(ExfatStructure structure, uint64_t size);
  Result<void> WriteDirectory(FileTree::Index directory);
  void AppendRootEntries(ByteVector& bytes) const;
  void AppendEntrySet(FileTree::Index index, ByteVector& bytes) const;

  const FileTree& tree_;
  const ExfatOptions& options_;
  ExfatOutput& output_;
  ExfatGeometry geometry_;
  uint64_t next_ = kExfatFirstCluster;  // 64 bits: clusters past the end are counted too
  Place bitmap_;
  Place upcase_;
  ByteVector table_;
  std::u16string label_;
  std::vector<Place> places_;          // by inode
  std::vector<std::u16string> names_;  // by inode, each of which has one name
};

Result<void> ExfatWriter::Write() {
  RETURN_IF_ERROR(CheckOptions());
  ChooseGeometry();
  table_ = ExfatUpcaseTable::Recommended().Encode();
  bitmap_ = Reserve(geometry_.BitmapSize());
  upcase_ = Reserve(table_.size());
  RETURN_IF_ERROR(PlaceDirectory(FileTree::kRoot, ""));
  if (Used() > geometry_.clusters) {
    return NoSpaceError("the exFAT filesystem of " + FormatBytes(options_.size) + " is too small: " +
                        FormatBytes((Used() - geometry_.clusters) * geometry_.cluster_size) + " are missing");
  }
  geometry_.root = places_[FileTree::kRoot].first;
  RETURN_IF_ERROR(WriteFront());
  RETURN_IF_ERROR(WriteBitmap());
  RETURN_IF_ERROR(output_.Put(ExfatStructure::kUpcaseTable, table_));
  RETURN_IF_ERROR(Pad(ExfatStructure::kUnused, table_.size()));
  RETURN_IF_ERROR(WriteDirectory(FileTree::kRoot));
  return output_.PutZeros(ExfatStructure::kUnused, geometry_.size - geometry_.heap - Used() * geometry_.cluster_size);
}

Result<void> ExfatWriter::CheckOptions() {
  if (options_.size % kSector != 0 || options_.start % kSector != 0) {
    return UsageError("the size of an exFAT filesystem is a multiple of 512 bytes, and so is its start");
  }
  if (options_.size < kExfatMinSize || options_.size > kMaxSize) {
    return UsageError("an exFAT filesystem of " + FormatBytes(options_.size) +
                      ": the size is not from 1 MiB to 256 TiB");
  }
  ASSIGN_OR_RETURN(label_, Utf8ToUtf16(options_.label).WithContext("exFAT label"));
  if (label_.size() > kExfatMaxLabel || ForbiddenInExfat(label_)) {
    return UsageError("'" + options_.label +
                      "' is not an exFAT label: at most 11 units of UTF-16, none of \"*/:<>?\\|");
  }
  return {};
}

/// The FAT and the clusters begin on multiples of the cluster size. The FAT has room for as many clusters as the space
/// behind its start could hold.
void ExfatWriter::ChooseGeometry() {
  const uint32_t cluster = ExfatClusterSize(options_.size);
  const auto fat_size = [](uint64_t clusters) {
    return RoundUp((clusters + kExfatFirstCluster) * sizeof(Le32), kSector);
  };
  geometry_ = {.size = options_.size, .start = options_.start, .cluster_size = cluster, .serial = options_.serial};
  geometry_.fat = RoundUp(kExfatMinFatOffset * kSector, cluster);
  geometry_.heap = RoundUp(geometry_.fat + fat_size((geometry_.size - geometry_.fat) / cluster), cluster);
  geometry_.clusters = static_cast<uint32_t>((geometry_.size - geometry_.heap) / cluster);
  geometry_.fat_size = fat_size(geometry_.clusters);
}

Place ExfatWriter::Reserve(uint64_t size) {
  const uint64_t count = DivideRoundUp(size, geometry_.cluster_size);
  const Place place{.first = count == 0 ? 0 : static_cast<uint32_t>(next_), .count = count, .taken = true};
  next_ += count;
  return place;
}

/// Gives a directory its clusters, then everything in it, in the order in which they are written.
Result<void> ExfatWriter::PlaceDirectory(FileTree::Index directory, const std::string& path) {
  ASSIGN_OR_RETURN(const uint64_t entries, NameEntries(directory, path));
  if (entries * kEntrySize > kExfatMaxDirectory) return CantHold(path, "a directory has at most 256 MiB of names");
  // A directory has a cluster even if it is empty: drivers do the same.
  places_[directory] = Reserve(std::max<uint64_t>(entries, 1) * kEntrySize);
  for (const FileTree::Entry& entry : tree_.inode(directory).entries) {
    const FileTree::Inode& inode = tree_.inode(entry.inode);
    const std::string child = path + "/" + entry.name;
    if (S_ISDIR(inode.mode)) {
      RETURN_IF_ERROR(PlaceDirectory(entry.inode, child));
    } else if (!S_ISREG(inode.mode)) {
      return CantHold(child, "it is neither file nor directory");
    } else if (places_[entry.inode].taken) {
      return CantHold(child, "it is a hard link");
    } else {
      places_[entry.inode] = Reserve(inode.size);
    }
  }
  return {};
}

/// Names the entries of a directory; returns the number of directory entries that they take.
Result<uint64_t> ExfatWriter::NameEntries(FileTree::Index directory, const std::string& path) {
  uint64_t count = directory == FileTree::kRoot ? (label_.empty() ? 2 : 3) : 0;
  std::map<std::u16string, const std::string*> upcased;
  for (const FileTree::Entry& entry : tree_.inode(directory).entries) {
    const std::string child = path + "/" + entry.name;
    if (child.size() > kExfatMaxPath) return CantHold(child, "a path has at most 4095 bytes");
    ASSIGN_OR_RETURN(names_[entry.inode], EncodeName(entry.name, child));
    const auto [same, is_new] =
        upcased.emplace(ExfatUpcaseTable::Recommended().Upcase(names_[entry.inode]), &entry.name);
    if (!is_new) return CantHold(child, "it has the name of '" + *same->second + "' but for capitals");
    count += EntriesFor(names_[entry.inode]);
  }
  return count;
}

Result<void> ExfatWriter::WriteFront() {
  const ByteVector region = MakeExfatBootRegion(geometry_, static_cast<uint8_t>(Used() * 100 / geometry_.clusters));
  const ByteSpan bytes = region;
  RETURN_IF_ERROR(output_.Put(ExfatStructure::kBootSector, bytes.first(kSector)));
  RETURN_IF_ERROR(output_.Put(ExfatStructure::kBootRegion, bytes.subspan(kSector, bytes.size() - 2 * kSector)));
  RETURN_IF_ERROR(output_.Put(ExfatStructure::kBootChecksum, bytes.last(kSector)));
  RETURN_IF_ERROR(output_.Put(ExfatStructure::kBackupBootRegion, bytes));
  RETURN_IF_ERROR(output_.PutZeros(ExfatStructure::kUnused, geometry_.fat - 2 * bytes.size()));
  return WriteFat();
}

/// The FAT holds only the chains of the tables and the root. All others have a directory entry that says that their
/// clusters follow each other.
Result<void> ExfatWriter::WriteFat() {
  ByteVector fat;
  Append(fat, Le32(kExfatMedia));
  Append(fat, Le32(kExfatEndOfChain));
  for (const Place& place : {bitmap_, upcase_, places_[FileTree::kRoot]}) {
    for (uint32_t i = 1; i < place.count; ++i) Append(fat, Le32(place.first + i));
    Append(fat, Le32(kExfatEndOfChain));
  }
  RETURN_IF_ERROR(output_.Put(ExfatStructure::kFat, fat));
  RETURN_IF_ERROR(output_.PutZeros(ExfatStructure::kFat, geometry_.fat_size - fat.size()));
  return output_.PutZeros(ExfatStructure::kUnused, geometry_.heap - geometry_.fat - geometry_.fat_size);
}

Result<void> ExfatWriter::WriteBitmap() {
  ByteVector bitmap(Used() / 8, 0xff);
  if (Used() % 8 != 0) bitmap.push_back(static_cast<uint8_t>((1 << Used() % 8) - 1));
  RETURN_IF_ERROR(output_.Put(ExfatStructure::kBitmap, bitmap));
  RETURN_IF_ERROR(output_.PutZeros(ExfatStructure::kBitmap, geometry_.BitmapSize() - bitmap.size()));
  return Pad(ExfatStructure::kUnused, geometry_.BitmapSize());
}

Result<void> ExfatWriter::Pad(ExfatStructure structure, uint64_t size) {
  return output_.PutZeros(structure, RoundUp(size, geometry_.cluster_size) - size);
}

/// Writes a directory and everything in it, in the order of PlaceDirectory.
Result<void> ExfatWriter::WriteDirectory(FileTree::Index directory) {
  ByteVector bytes;
  if (directory == FileTree::kRoot) AppendRootEntries(bytes);
  for (const FileTree::Entry& entry : tree_.inode(directory).entries) AppendEntrySet(entry.inode, bytes);
  bytes.resize(places_[directory].count * geometry_.cluster_size);
  RETURN_IF_ERROR(output_.Put(ExfatStructure::kDirectory, bytes));
  bytes = {};
  for (const FileTree::Entry& entry : tree_.inode(directory).entries) {
    const FileTree::Inode& inode = tree_.inode(entry.inode);
    if (S_ISDIR(inode.mode)) {
      RETURN_IF_ERROR(WriteDirectory(entry.inode));
    } else {
      RETURN_IF_ERROR(output_.PutContent(inode));
      RETURN_IF_ERROR(Pad(ExfatStructure::kUnused, inode.size));
    }
  }
  return {};
}

void ExfatWriter::AppendRootEntries(ByteVector& bytes) const {
  if (!label_.empty()) {
    ExfatLabelEntry label{.length = static_cast<uint8_t>(label_.size())};
    std::copy(label_.begin(), label_.end(), label.label.begin());
    Append(bytes, label);
  }
  Append(bytes, ExfatBitmapEntry{.first_cluster = bitmap_.first, .length = geometry_.BitmapSize()});
  Append(bytes, ExfatUpcaseEntry{
                    .checksum = ExfatTableChecksum(table_), .first_cluster = upcase_.first, .length = table_.size()});
}

void ExfatWriter::AppendEntrySet(FileTree::Index index, ByteVector& bytes) const {
  const FileTree::Inode& inode = tree_.inode(index);
  const Place& place = places_[index];
  const std::u16string& name = names_[index];
  const bool directory = S_ISDIR(inode.mode);
  const uint64_t length = directory ? place.count * geometry_.cluster_size : inode.size;
  const ExfatTime time = ToExfatTime(inode.mtime);
  ExfatFileEntry file{.secondary_count = static_cast<uint8_t>(EntriesFor(name) - 1),
                      .attributes = directory ? kExfatDirectory : kExfatArchive};
  file.created = file.modified = file.accessed = time.stamp;
  file.created_10ms = file.modified_10ms = time.hundredths;
  file.created_offset = file.modified_offset = file.accessed_offset = time.offset;
  ExfatStreamEntry stream{.flags = kExfatAllocationPossible, .name_length = static_cast<uint8_t>(name.size())};
  if (place.count != 0) stream.flags |= kExfatContiguous;
  stream.name_hash = ExfatNameHash(ExfatUpcaseTable::Recommended().Upcase(name));
  stream.valid_length = stream.length = length;
  stream.first_cluster = place.first;
  ByteVector set;
  Append(set, file);
  Append(set, stream);
  for (size_t at = 0; at < name.size(); at += kExfatNameUnits) {
    ExfatNameEntry part;
    const std::u16string_view units = std::u16string_view(name).substr(at, kExfatNameUnits);
    std::copy(units.begin(), units.end(), part.units.begin());
    Append(set, part);
  }
  file.set_checksum = ExfatSetChecksum(set);
  std::ranges::copy(StructBytes(file), set.begin());
  bytes.insert(bytes.end(), set.begin(), set.end());
}

/// Writes the filesystem to a sink.
class SinkOutput : public ExfatOutput {
 public:
  explicit SinkOutput(Sink& sink) : sink_(sink) {}

  Result<void> Put(ExfatStructure, ByteSpan bytes) override { return sink_.Write(bytes); }
  Result<void> PutZeros(ExfatStructure, uint64_t length) override { return sink_.WriteHole(length); }
  Result<void> PutContent(const FileTree::Inode& inode) override {
    if (inode.source.empty()) return sink_.Write(AsBytes(inode.data));
    ASSIGN_OR_RETURN(const File file, inode.OpenSource());
    buffer_.resize(64 << 10);
    for (uint64_t offset = 0; offset < inode.size; offset += buffer_.size()) {
      const auto step = MutableByteSpan(buffer_).first(std::min<uint64_t>(buffer_.size(), inode.size - offset));
      RETURN_IF_ERROR(file.ReadAt(offset, step));
      RETURN_IF_ERROR(IsZero(step) ? sink_.WriteHole(step.size()) : sink_.Write(step));
    }
    return {};
  }

 private:
  Sink& sink_;
  ByteVector buffer_;
};

}  // namespace

uint32_t ExfatClusterSize(uint64_t size) {
  if (size <= uint64_t{256} << 20) return 4 << 10;
  return size <= uint64_t{32} << 30 ? 32 << 10 : 128 << 10;
}

Result<void> WriteExfatTo(const FileTree& tree, const ExfatOptions& options, ExfatOutput& output) {
  return ExfatWriter(tree, options, output).Write();
}

Result<void> WriteExfat(const FileTree& tree, const ExfatOptions& options, Sink& sink) {
  SinkOutput output(sink);
  return WriteExfatTo(tree, options, output);
}

}  // namespace hallmark
