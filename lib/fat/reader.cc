// SPDX-License-Identifier: Apache-2.0
#include "lib/fat/reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/base/checked.h"
#include "lib/base/dos_time.h"
#include "lib/base/printable.h"
#include "lib/base/utf.h"
#include "lib/fat/fat_format.h"

namespace hallmark {
namespace {

constexpr int kMaxDepth = 64;
constexpr size_t kMaxEntries = 1 << 20;
constexpr uint64_t kMaxFatBytes = uint64_t{64} << 20;  // 16 million clusters

std::string Trimmed(std::string_view padded) {
  const size_t last = padded.find_last_not_of(' ');
  return std::string(padded.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

std::string ShortNameText(const FatDirectoryEntry& entry) {
  const std::string_view text(entry.name.data(), entry.name.size());
  std::string base = Trimmed(text.substr(0, 8));
  std::string extension = Trimmed(text.substr(8));
  if ((entry.case_flags & kFatLowercaseBase) != 0) base = Lowercase(base);
  if ((entry.case_flags & kFatLowercaseExtension) != 0) extension = Lowercase(extension);
  return base + (extension.empty() ? "" : "." + extension);
}

/// Assembles a long name from its entries, the last part of which comes first.
class LongName {
 public:
  void Add(const FatLongEntry& entry) {
    const size_t order = entry.order & kFatLongOrderMask;
    if ((entry.order & kFatLastLongEntry) != 0) {
      Clear();
      units_.resize(order * kFatLongNameUnits);
      checksum_ = entry.checksum;
      next_ = order;
    }
    if (order == 0 || order != next_ || entry.checksum != checksum_ || order * kFatLongNameUnits > units_.size()) {
      return Clear();
    }
    for (size_t i = 0; i < kFatLongNameUnits; ++i) {
      units_[(order - 1) * kFatLongNameUnits + i] = static_cast<char16_t>(entry.unit(i));
    }
    next_ = order - 1;
  }
  void Clear() {
    units_.clear();
    next_ = 0;
  }
  /// The name of the file with this short name, which comes next; empty if the file has no long name, or if the entries
  /// belong to another file.
  [[nodiscard]] std::string Take(const FatShortName& short_name) {
    std::string name;
    if (!units_.empty() && next_ == 0 && checksum_ == FatNameChecksum(short_name)) {
      const Result<std::string> text = Utf16ToUtf8(std::u16string_view(units_).substr(0, units_.find(u'\0')));
      if (text.ok()) name = *text;
    }
    Clear();
    return name;
  }

 private:
  std::u16string units_;
  uint8_t checksum_ = 0;
  size_t next_ = 0;
};

/// The FAT of a filesystem with so many clusters, by cluster number: it has two more entries than clusters.
Result<std::vector<uint32_t>> ReadFat(const File& file, uint64_t offset, uint64_t clusters) {
  std::vector<Le32> raw(clusters + 2);
  RETURN_IF_ERROR(file.ReadAt(offset, MutableArrayBytes(raw)));
  std::vector<uint32_t> fat(raw.begin(), raw.end());
  for (uint32_t& entry : fat) entry &= kFatEntryMask;
  return fat;
}

}  // namespace

bool LooksLikeFat32(ByteSpan start) {
  constexpr size_t kOffset = offsetof(FatBootSector, type);
  return start.size() >= kOffset + kFat32Type.size() &&
         std::ranges::equal(AsText(start.subspan(kOffset, kFat32Type.size())), kFat32Type);
}

std::optional<ProbedVolume> ProbeFat32(ByteSpan start) {
  const auto boot = ReadStruct<FatBootSector>(start, "FAT boot sector");
  if (!boot.ok() || !LooksLikeFat32(start) || boot->end != kBootSignature) return std::nullopt;
  std::string label = Trimmed({boot->label.data(), boot->label.size()});
  for (char& c : label) {
    if (c < ' ' || c > '~') c = '?';
  }
  return ProbedVolume{.kind = "vfat", .label = std::move(label), .uuid = FormatVolumeSerial(boot->serial)};
}

Result<Fat32Reader> Fat32Reader::Open(const File& file, uint64_t offset, uint64_t size) {
  const auto corrupt = [&](const std::string& what) {
    return CorruptError(file.path() + ": not a FAT32 filesystem: " + what);
  };
  ByteVector sector(kFatSector);
  if (size < sector.size()) return corrupt("too small");
  RETURN_IF_ERROR(file.ReadAt(offset, sector));
  ASSIGN_OR_RETURN(const FatBootSector boot, ReadStruct<FatBootSector>(sector, "FAT boot sector"));
  const uint32_t per_cluster = boot.sectors_per_cluster;
  if (boot.end != kBootSignature || boot.bytes_per_sector != kFatSector)
    return corrupt("the first sector is not a boot sector");
  if (per_cluster == 0 || (per_cluster & (per_cluster - 1)) != 0 || boot.fats == 0 || boot.reserved_sectors == 0) {
    return corrupt("impossible geometry");
  }
  const uint64_t sectors = boot.sectors;
  const uint64_t front = boot.reserved_sectors + uint64_t{boot.fats} * boot.fat_sectors;
  if (sectors * kFatSector > size || front >= sectors) return corrupt("it says that it is larger than its partition");
  const uint64_t clusters = (sectors - front) / per_cluster;
  if (clusters < kFatMinClusters || clusters > kFatMaxClusters)
    return corrupt("its number of clusters is not one of FAT32");
  const uint64_t fat_bytes = uint64_t{boot.fat_sectors} * kFatSector;
  if (fat_bytes / sizeof(Le32) < clusters + 2 || fat_bytes > kMaxFatBytes) return corrupt("its FAT has the wrong size");
  if (boot.root_cluster < kFatRootCluster || boot.root_cluster >= clusters + kFatRootCluster) {
    return corrupt("its root lies outside");
  }

  Fat32Reader reader(file);
  reader.start_ = offset;
  reader.fat_start_ = offset + boot.reserved_sectors * kFatSector;
  reader.data_ = offset + front * kFatSector;
  reader.cluster_size_ = per_cluster * kFatSector;
  reader.clusters_ = static_cast<uint32_t>(clusters);
  reader.serial_ = boot.serial;
  reader.root_cluster_ = boot.root_cluster;
  reader.label_ = Trimmed({boot.label.data(), boot.label.size()});
  ASSIGN_OR_RETURN(reader.fat_, ReadFat(file, reader.fat_start_, clusters));
  return reader;
}

/// The clusters of a file. A chain can't be longer than the disk, so a loop ends too.
Result<std::vector<uint32_t>> Fat32Reader::Chain(uint32_t first) const {
  std::vector<uint32_t> chain;
  for (uint32_t cluster = first; cluster < kFatMinEnd; cluster = fat_[cluster]) {
    if (cluster < 2 || cluster >= clusters_ + 2) return CorruptError(file_->path() + ": a FAT chain leaves the disk");
    if (chain.size() >= clusters_) return CorruptError(file_->path() + ": a FAT chain loops");
    chain.push_back(cluster);
  }
  return chain;
}

Result<std::vector<Fat32Reader::Entry>> Fat32Reader::List() const {
  std::vector<Entry> entries;
  std::vector<bool> seen(fat_.size());
  RETURN_IF_ERROR(ListDirectory("", root_cluster_, 0, seen, entries));
  return entries;
}

Result<void> Fat32Reader::ListDirectory(const std::string& path, uint32_t cluster, int depth, std::vector<bool>& seen,
                                        std::vector<Entry>& entries) const {
  if (depth > kMaxDepth) return CorruptError(file_->path() + ": directories nest too deep at " + Printable(path));
  ASSIGN_OR_RETURN(const std::vector<uint32_t> chain, Chain(cluster));
  LongName long_name;
  ByteVector bytes(cluster_size_);
  for (const uint32_t part : chain) {
    if (seen[part]) return CorruptError(file_->path() + ": two directories share a cluster at " + Printable(path));
    seen[part] = true;
    RETURN_IF_ERROR(file_->ReadAt(ClusterOffset(part), bytes));
    for (size_t at = 0; at < bytes.size(); at += sizeof(FatDirectoryEntry)) {
      FatDirectoryEntry raw;
      std::memcpy(&raw, bytes.data() + at, sizeof raw);
      if (raw.name[0] == '\0') return {};
      if (raw.name[0] == kFatFreeEntry) {
        long_name.Clear();
        continue;
      }
      if (raw.attributes == kFatLongName) {
        long_name.Add(std::bit_cast<FatLongEntry>(raw));
        continue;
      }
      std::string name = long_name.Take(raw.name);
      if ((raw.attributes & kFatVolumeLabel) != 0) continue;
      if (name.empty()) name = ShortNameText(raw);
      if (name == "." || name == "..") continue;
      if (name.empty() || name.find('/') != std::string::npos)
        return CorruptError(file_->path() + ": a bad name in " + Printable(path));
      if (entries.size() >= kMaxEntries) return CorruptError(file_->path() + ": more than a million files");
      Entry entry{.path = path + "/" + name};
      entry.directory = (raw.attributes & kFatDirectory) != 0;
      entry.size = entry.directory ? 0 : uint32_t{raw.size};
      entry.mtime = FromDosTime({raw.modified_date, raw.modified_time});
      entry.cluster = static_cast<uint32_t>(raw.cluster_high) << 16 | raw.cluster_low;
      entries.push_back(entry);
      if (entry.directory) RETURN_IF_ERROR(ListDirectory(entry.path, entry.cluster, depth + 1, seen, entries));
    }
  }
  return {};
}

Result<void> Fat32Reader::Read(const Entry& entry, Sink& sink) const {
  if (entry.size == 0) return {};
  ASSIGN_OR_RETURN(const std::vector<uint32_t> chain, Chain(entry.cluster));
  if (chain.size() < DivideRoundUp(entry.size, cluster_size_)) {
    return CorruptError(file_->path() + ": " + Printable(entry.path) + " is shorter than its size");
  }
  ByteVector bytes(cluster_size_);
  uint64_t left = entry.size;
  for (const uint32_t cluster : chain) {
    if (left == 0) break;
    const MutableByteSpan part = MutableByteSpan(bytes).first(std::min<uint64_t>(left, bytes.size()));
    RETURN_IF_ERROR(file_->ReadAt(ClusterOffset(cluster), part));
    RETURN_IF_ERROR(sink.Write(part));
    left -= part.size();
  }
  return {};
}

std::string Fat32Reader::PlaceName(uint64_t offset) const {
  const uint64_t place = start_ + offset;
  if (offset < kFatSector) return "boot sector";
  if (place < fat_start_) return "reserved sectors";
  if (place < data_) return "file allocation table";
  return "directories' entries or unused clusters";
}

}  // namespace hallmark
