// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/inspect/image_diff.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>

#include "lib/base/bytes.h"
#include "lib/base/checked.h"
#include "lib/base/guid.h"
#include "lib/base/printable.h"
#include "lib/base/time.h"
#include "lib/crypto/hashing_sink.h"
#include "lib/ext4/block_owners.h"
#include "lib/rootfs/inspect/range_diff.h"
#include "lib/verity/verity.h"

namespace hallmark {
namespace {

using Area = Difference::Area;

std::string HexNumber(uint64_t number) {
  char text[24];
  (void)std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
  return text;
}

/// Compares two images part by part.
class ImageDiff {
 public:
  ImageDiff(const ImageParts& first, const ImageParts& second) : first_(first), second_(second) {}

  Result<Differences> Run() {
    ASSIGN_OR_RETURN(const std::optional<uint64_t> differs, FirstDifference(*first_.file, *second_.file));
    if (!differs) return Differences();
    Add(Area::kDisk, "", "size", std::to_string(first_.size), std::to_string(second_.size));
    CompareTables();
    RETURN_IF_ERROR(CompareEsps());
    RETURN_IF_ERROR(CompareRoots());
    CompareVerity();
    RETURN_IF_ERROR(NameTheRest());
    return std::move(found_);
  }

 private:
  void Add(Area area, const std::string& name, std::string attribute, std::string a, std::string b) {
    if (a == b) return;
    found_.push_back({area, name, std::move(attribute), std::move(a), std::move(b)});
    named_.insert(area == Area::kFile || area == Area::kPackage ? Area::kFilesystem : area);
  }
  /// True if both images have a part. If only one has it, this is recorded as a difference.
  bool BothHave(bool a, bool b, Area area, const std::string& name) {
    const auto text = [](bool has) { return std::string(has ? "there" : kAbsent); };
    Add(area, name, "presence", text(a), text(b));
    return a && b;
  }
  void CompareTables();
  void ComparePartitions(const GptPartition& a, const GptPartition& b);
  Result<void> CompareEsps();
  Result<void> CompareEspFiles(const Fat32Reader::Entry& a, const Fat32Reader::Entry& b);
  Result<void> CompareRoots();
  void CompareVerity();
  Result<void> NameTheRest();
  [[nodiscard]] Area AreaAt(uint64_t offset) const;
  [[nodiscard]] std::string PlaceName(Area area, uint64_t offset, const Ext4BlockOwners* owners) const;
  [[nodiscard]] std::string TablePlace(uint64_t offset) const;

  const ImageParts& first_;
  const ImageParts& second_;
  std::set<Area> named_;  // areas with a difference that has a name
  Differences found_;
};

void ImageDiff::CompareTables() {
  if (!BothHave(first_.table.has_value(), second_.table.has_value(), Area::kDisk, "partition table")) return;
  Add(Area::kDisk, "partition table", "disk GUID", FormatGuid(first_.table->guid), FormatGuid(second_.table->guid));
  std::map<uint32_t, std::pair<const GptPartition*, const GptPartition*>> partitions;
  for (const GptPartition& partition : first_.table->partitions) partitions[partition.number].first = &partition;
  for (const GptPartition& partition : second_.table->partitions) partitions[partition.number].second = &partition;
  for (const auto& [number, both] : partitions) {
    const std::string name = "partition " + std::to_string(number);
    if (BothHave(both.first != nullptr, both.second != nullptr, Area::kDisk, name)) {
      ComparePartitions(*both.first, *both.second);
    }
  }
}

void ImageDiff::ComparePartitions(const GptPartition& a, const GptPartition& b) {
  const std::string name = "partition " + std::to_string(a.number);
  Add(Area::kDisk, name, "start", std::to_string(a.start), std::to_string(b.start));
  Add(Area::kDisk, name, "size", std::to_string(a.size), std::to_string(b.size));
  Add(Area::kDisk, name, "type", FormatGuid(a.type), FormatGuid(b.type));
  Add(Area::kDisk, name, "GUID", FormatGuid(a.guid), FormatGuid(b.guid));
  Add(Area::kDisk, name, "attributes", HexNumber(a.attributes), HexNumber(b.attributes));
  Add(Area::kDisk, name, "name", a.name, b.name);
}

Result<void> ImageDiff::CompareEsps() {
  if (!BothHave(first_.esp.has_value(), second_.esp.has_value(), Area::kEsp, "")) return {};
  Add(Area::kEsp, "boot sector", "label", first_.esp->label(), second_.esp->label());
  Add(Area::kEsp, "boot sector", "serial", HexNumber(first_.esp->serial()), HexNumber(second_.esp->serial()));
  using Both = std::pair<const Fat32Reader::Entry*, const Fat32Reader::Entry*>;
  std::map<std::string, Both> files;
  for (const Fat32Reader::Entry& entry : first_.esp_files) files[entry.path].first = &entry;
  for (const Fat32Reader::Entry& entry : second_.esp_files) files[entry.path].second = &entry;
  for (const auto& [path, both] : files) {
    if (BothHave(both.first != nullptr, both.second != nullptr, Area::kEsp, path)) {
      RETURN_IF_ERROR(CompareEspFiles(*both.first, *both.second));
    }
  }
  return {};
}

Result<void> ImageDiff::CompareEspFiles(const Fat32Reader::Entry& a, const Fat32Reader::Entry& b) {
  const auto type = [](const Fat32Reader::Entry& entry) { return std::string(entry.directory ? "folder" : "file"); };
  const auto time = [](const Fat32Reader::Entry& entry) {
    return FormatUtc(static_cast<uint64_t>(std::max<int64_t>(0, entry.mtime.seconds)));
  };
  Add(Area::kEsp, a.path, "type", type(a), type(b));
  Add(Area::kEsp, a.path, "mtime", time(a), time(b));
  if (a.directory || b.directory) return {};
  Add(Area::kEsp, a.path, "size", std::to_string(a.size), std::to_string(b.size));
  HashingSink<Sha256Digest> first;
  HashingSink<Sha256Digest> second;
  RETURN_IF_ERROR(first_.esp->Read(a, first));
  RETURN_IF_ERROR(second_.esp->Read(b, second));
  Add(Area::kEsp, a.path, "content", "SHA-256 " + ToHex(first.Finish<Sha256Digest>()),
      "SHA-256 " + ToHex(second.Finish<Sha256Digest>()));
  return {};
}

Result<void> ImageDiff::CompareRoots() {
  if (!BothHave(first_.root.has_value(), second_.root.has_value(), Area::kFilesystem, "")) return {};
  const std::vector<Ext4Superblock::Field>& a = first_.root->superblock().fields;
  const std::vector<Ext4Superblock::Field>& b = second_.root->superblock().fields;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].name == "s_checksum") continue;  // follows from the others
    Add(Area::kFilesystem, "superblock", a[i].name, a[i].value, b[i].value);
  }
  ASSIGN_OR_RETURN(Differences packages, DiffPackages(first_, second_));
  ASSIGN_OR_RETURN(Differences files, DiffFiles(first_, second_));
  for (Differences* more : {&packages, &files}) {
    if (!more->empty()) named_.insert(Area::kFilesystem);
    std::move(more->begin(), more->end(), std::back_inserter(found_));
  }
  return {};
}

void ImageDiff::CompareVerity() {
  if (!BothHave(first_.verity.has_value(), second_.verity.has_value(), Area::kVerity, "")) return;
  const VerityFacts& a = *first_.verity;
  const VerityFacts& b = *second_.verity;
  Add(Area::kVerity, "superblock", "UUID", FormatGuid(a.uuid), FormatGuid(b.uuid));
  Add(Area::kVerity, "superblock", "data blocks", std::to_string(a.data_blocks), std::to_string(b.data_blocks));
  Add(Area::kVerity, "superblock", "salt", ToHex(a.salt), ToHex(b.salt));
  Add(Area::kVerity, "hash tree", "root hash", ToHex(a.root_hash), ToHex(b.root_hash));
}

Area ImageDiff::AreaAt(uint64_t offset) const {
  const auto inside = [offset](const std::optional<ImageParts::Place>& place) {
    return place && offset >= place->start && offset - place->start < place->size;
  };
  if (inside(first_.esp_place)) return Area::kEsp;
  if (inside(first_.root_place)) return Area::kFilesystem;
  return inside(first_.verity_place) ? Area::kVerity : Area::kDisk;
}

std::string ImageDiff::TablePlace(uint64_t offset) const {
  constexpr uint64_t kSector = 512;
  if (!first_.table) return "no filesystem: behind its end";
  if (offset < kSector) return "protective MBR";
  if (offset < 2 * kSector) return "primary partition table's header";
  if (offset < kGptPrimarySize) return "primary partition table's entries";
  if (offset >= first_.size - kSector) return "backup partition table's header";
  if (offset >= first_.size - kGptBackupSize) return "backup partition table's entries";
  for (const GptPartition& partition : first_.table->partitions) {
    if (offset >= partition.start && offset - partition.start < partition.size) {
      return "partition " + std::to_string(partition.number);
    }
  }
  return "space between the partitions";
}

std::string ImageDiff::PlaceName(Area area, uint64_t offset, const Ext4BlockOwners* owners) const {
  switch (area) {
    case Area::kEsp:
      return first_.esp ? first_.esp->PlaceName(offset - first_.esp_place->start) : "";
    case Area::kFilesystem:
      return owners != nullptr ? owners->Name(offset - first_.root_place->start) : "";
    case Area::kVerity: {
      const uint64_t inside = offset - first_.verity_place->start;
      if (inside < kVerityBlockSize) return "superblock's block";
      return first_.verity && inside < first_.verity->size ? "hash tree" : "space behind the hash tree";
    }
    default:
      return TablePlace(offset);
  }
}

/// If bytes differ in an area without a named difference, names the structure that holds them.
Result<void> ImageDiff::NameTheRest() {
  constexpr uint64_t kBlock = 512;
  constexpr size_t kMaxNames = 1000;
  std::optional<Ext4BlockOwners> owners;
  std::vector<DataRange> ranges;
  for (const ImageParts* image : {&first_, &second_}) {
    ASSIGN_OR_RETURN(const std::vector<DataRange> data, DataRanges(*image->file));
    ranges.insert(ranges.end(), data.begin(), data.end());
  }
  const auto read = [](const File& file) {
    return [&file](uint64_t offset, MutableByteSpan buffer) { return file.ReadAt(offset, buffer); };
  };
  const std::set<Area> named = named_;
  std::set<std::pair<Area, std::string>> names;
  Result<void> read_error;
  const auto visit = [&](uint64_t offset) {
    const Area area = AreaAt(offset);
    if (named.contains(area)) return true;
    if (area == Area::kFilesystem && !owners && first_.root) owners.emplace(*first_.root, first_.tree);
    std::string name = PlaceName(area, offset, owners ? &*owners : nullptr);
    if (!names.emplace(area, name).second) return true;
    ByteVector bytes[2] = {ByteVector(8), ByteVector(8)};
    const uint64_t end = std::min(first_.size, second_.size);
    for (size_t i = 0; i < 2 && read_error.ok(); ++i) {
      bytes[i].resize(std::min<uint64_t>(bytes[i].size(), end - offset));
      read_error = (i == 0 ? first_ : second_).file->ReadAt(offset, bytes[i]);
    }
    Add(area, name, "bytes", ToHex(bytes[0]), ToHex(bytes[1]));
    return read_error.ok() && names.size() < kMaxNames;
  };
  RETURN_IF_ERROR(VisitDifferences(MergeRanges(std::move(ranges), std::min(first_.size, second_.size)),
                                   read(*first_.file), read(*second_.file), kBlock, visit));
  return read_error;
}

}  // namespace

std::string_view AreaName(Area area) {
  switch (area) {
    case Area::kDisk:
      return "disk";
    case Area::kEsp:
      return "esp";
    case Area::kFilesystem:
      return "filesystem";
    case Area::kFile:
      return "file";
    case Area::kPackage:
      return "package";
    case Area::kVerity:
      return "verity";
    case Area::kBundle:
      return "bundle";
  }
  return "";
}

std::string FormatDifference(const Difference& difference) {
  std::string line(AreaName(difference.area));
  if (!difference.name.empty()) line += " " + Printable(difference.name);
  line += ": " + Printable(difference.attribute) + ": " + Printable(difference.first);
  return difference.second.empty() && difference.attribute == "content" ? line
                                                                        : line + " | " + Printable(difference.second);
}

Result<std::optional<uint64_t>> FirstDifference(const File& first, const File& second) {
  ASSIGN_OR_RETURN(const uint64_t first_size, first.Size());
  ASSIGN_OR_RETURN(const uint64_t second_size, second.Size());
  const uint64_t end = std::min(first_size, second_size);
  std::vector<DataRange> ranges;
  for (const File* file : {&first, &second}) {
    ASSIGN_OR_RETURN(const std::vector<DataRange> data, DataRanges(*file));
    ranges.insert(ranges.end(), data.begin(), data.end());
  }
  const auto read = [](const File& file) {
    return [&file](uint64_t offset, MutableByteSpan buffer) { return file.ReadAt(offset, buffer); };
  };
  std::optional<uint64_t> differs;
  RETURN_IF_ERROR(
      VisitDifferences(MergeRanges(std::move(ranges), end), read(first), read(second), 1, [&](uint64_t offset) {
        differs = offset;
        return false;
      }));
  if (!differs && first_size != second_size) differs = end;
  return differs;
}

Result<Differences> DiffImages(const ImageParts& first, const ImageParts& second) {
  return ImageDiff(first, second).Run();
}

}  // namespace hallmark
