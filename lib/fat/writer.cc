// SPDX-License-Identifier: Apache-2.0
#include "lib/fat/writer.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>

#include "lib/base/bytes.h"
#include "lib/base/checked.h"
#include "lib/base/dos_time.h"
#include "lib/base/progress.h"
#include "lib/base/utf.h"
#include "lib/fat/fat_format.h"

namespace hallmark {
namespace {

constexpr size_t kMaxNameUnits = 255;
constexpr uint64_t kMaxFileSize = 0xffffffff;
constexpr std::string_view kForbidden = "\"*/:<>?\\|";
// Characters that a short name may hold besides capital letters and digits.
constexpr std::string_view kShortExtra = "$%'-_@~`!(){}^#&";

char Capital(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool IsShortCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kShortExtra.find(c) != std::string_view::npos;
}

FatShortName PackShortName(std::string_view base, std::string_view extension) {
  FatShortName name;
  name.fill(' ');
  std::copy(base.begin(), base.end(), name.begin());
  std::copy(extension.begin(), extension.end(), name.begin() + 8);
  return name;
}

/// The first `length` characters of `text` that a short name can hold, in capitals.
std::string ShortPart(std::string_view text, size_t length) {
  std::string part;
  for (const char c : text) {
    if (part.size() == length) break;
    if (c == ' ' || c == '.') continue;
    part.push_back(IsShortCharacter(Capital(c)) ? Capital(c) : '_');
  }
  return part;
}

/// The names of one file in its directory.
struct FatName {
  FatShortName short_name{};
  std::u16string long_name;  ///< empty: the short name is enough
};

/// Chooses the names in one directory: each short name once, and each name once without regard to case.
class FatNamer {
 public:
  Result<FatName> Name(const std::string& name) {
    RETURN_IF_ERROR(Check(name));
    std::string folded = name;
    std::transform(folded.begin(), folded.end(), folded.begin(), Capital);
    if (!names_.insert(folded).second) {
      return UsageError("'" + name + "' and another name differ in capitals only, which FAT does not tell apart");
    }
    const size_t dot = folded.rfind('.');
    const std::string base = folded.substr(0, dot);
    const std::string extension = dot == std::string::npos ? "" : folded.substr(dot + 1);
    FatName result;
    const bool fits = !base.empty() && base.size() <= 8 && extension.size() <= 3 &&
                      (dot == std::string::npos || !extension.empty()) &&
                      std::all_of(base.begin(), base.end(), IsShortCharacter) &&
                      std::all_of(extension.begin(), extension.end(), IsShortCharacter);
    if (fits && short_names_.insert(PackShortName(base, extension)).second) {
      result.short_name = PackShortName(base, extension);
    } else {
      result.short_name = Numbered(base, extension);
    }
    if (!fits || folded != name) {
      ASSIGN_OR_RETURN(result.long_name, Utf8ToUtf16(name));
    }
    return result;
  }

 private:
  static Result<void> Check(const std::string& name) {
    const auto bad = [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || kForbidden.find(c) != std::string_view::npos;
    };
    if (std::any_of(name.begin(), name.end(), bad) || name.ends_with('.') || name.ends_with(' ') ||
        name.starts_with(' ')) {
      return UsageError("FAT can't hold a file named '" + name + "'");
    }
    ASSIGN_OR_RETURN(const std::u16string units, Utf8ToUtf16(name));
    if (units.size() > kMaxNameUnits) return UsageError("FAT can't hold a name of more than 255 units: '" + name + "'");
    return {};
  }

  /// "LONGNA~1.TXT", with the first free number.
  FatShortName Numbered(std::string_view base, std::string_view extension) {
    const std::string short_extension = ShortPart(extension, 3);
    for (uint32_t number = 1;; ++number) {
      const std::string tail = "~" + std::to_string(number);
      const FatShortName name = PackShortName(ShortPart(base, 8 - tail.size()) + tail, short_extension);
      if (short_names_.insert(name).second) return name;
    }
  }

  std::set<std::string> names_;
  std::set<FatShortName> short_names_;
};

/// The clusters of a file or directory: one contiguous run.
struct Place {
  uint32_t first = 0;  ///< 0 if there is none
  uint32_t count = 0;
};

class Fat32Writer {
 public:
  Fat32Writer(const FileTree& tree, const Fat32Options& options, Sink& sink)
      : tree_(tree), options_(options), sink_(sink) {}

  Result<void> Write() {
    RETURN_IF_ERROR(CheckOptions());
    RETURN_IF_ERROR(ChooseGeometry());
    RETURN_IF_ERROR(PlaceFiles(FileTree::kRoot, "/"));
    if (next_ - 2 > clusters_) {
      return NoSpaceError("the FAT filesystem of " + FormatBytes(options_.size) +
                          " is too small: " + FormatBytes((next_ - 2 - clusters_) * ClusterSize()) + " are missing");
    }
    RETURN_IF_ERROR(WriteFront());
    RETURN_IF_ERROR(WriteData(FileTree::kRoot, FileTree::kRoot));
    return sink_.WriteHole(options_.size - DataStart() - (next_ - 2) * ClusterSize());
  }

 private:
  [[nodiscard]] uint64_t ClusterSize() const { return sectors_per_cluster_ * kFatSector; }
  [[nodiscard]] uint64_t DataStart() const {
    return (kFatReservedSectors + uint64_t{kFatCopies} * fat_sectors_) * kFatSector;
  }

  Result<void> CheckOptions();
  Result<void> ChooseGeometry();
  Result<void> PlaceFiles(FileTree::Index directory, const std::string& path);
  Result<uint64_t> NameEntries(FileTree::Index directory, const std::string& path);
  Result<void> WriteFront();
  ByteVector MakeFat() const;
  Result<void> WriteData(FileTree::Index directory, FileTree::Index parent);
  ByteVector MakeDirectory(FileTree::Index directory, FileTree::Index parent) const;
  Result<void> WriteFile(const FileTree::Inode& inode);
  FatDirectoryEntry MakeEntry(const FatShortName& name, FileTree::Index index) const;

  const FileTree& tree_;
  const Fat32Options& options_;
  Sink& sink_;
  uint32_t sectors_per_cluster_ = 1;
  uint32_t fat_sectors_ = 0;
  uint32_t clusters_ = 0;
  uint64_t next_ = kFatRootCluster;  // 64 bits: clusters past the end are counted too
  std::map<FileTree::Index, Place> places_;
  std::map<FileTree::Index, std::vector<FatName>> names_;  // of the entries of a directory, in their order
  FatShortName label_{};
};

Result<void> Fat32Writer::CheckOptions() {
  const auto good = [](char c) { return IsShortCharacter(c) || c == ' '; };
  std::string label = options_.label;
  std::transform(label.begin(), label.end(), label.begin(), Capital);
  if (label.size() > label_.size() || !std::all_of(label.begin(), label.end(), good)) {
    return UsageError("'" + options_.label + "' is not a FAT label: at most 11 letters, digits and _ -");
  }
  label_.fill(' ');
  std::copy(label.begin(), label.end(), label_.begin());
  if (options_.size % kFatSector != 0) return UsageError("the size of a FAT filesystem is a multiple of 512 bytes");
  return {};
}

/// Chooses the largest cluster size, up to 4 KiB, with enough clusters for FAT32.
Result<void> Fat32Writer::ChooseGeometry() {
  const uint64_t sectors = options_.size / kFatSector;
  for (const uint32_t per_cluster : {8, 4, 2, 1}) {
    // One sector of a FAT holds the entries of 128 clusters; both copies of the FAT reduce the space for clusters.
    const uint64_t body = sectors > kFatReservedSectors ? sectors - kFatReservedSectors : 0;
    const uint64_t fat = DivideRoundUp(body + uint64_t{2} * per_cluster, uint64_t{128} * per_cluster + kFatCopies);
    const uint64_t count = body > kFatCopies * fat ? (body - kFatCopies * fat) / per_cluster : 0;
    if (count < kFatMinClusters) continue;
    if (count > kFatMaxClusters || sectors > 0xffffffff) break;
    sectors_per_cluster_ = per_cluster;
    fat_sectors_ = static_cast<uint32_t>(fat);
    clusters_ = static_cast<uint32_t>(count);
    return {};
  }
  return UsageError("a FAT32 filesystem of " + FormatBytes(options_.size) + ": the size is not from 33 MiB to 1 TiB");
}

/// Gives a directory its clusters, then everything in it, in the order in which they are written.
Result<void> Fat32Writer::PlaceFiles(FileTree::Index directory, const std::string& path) {
  const auto place = [this](FileTree::Index index, uint64_t size) {
    const uint64_t count = DivideRoundUp(size, ClusterSize());
    places_[index] = {count == 0 ? 0 : static_cast<uint32_t>(next_), static_cast<uint32_t>(count)};
    next_ += count;
  };
  ASSIGN_OR_RETURN(const uint64_t entries, NameEntries(directory, path));
  place(directory, std::max<uint64_t>(entries, 1) * sizeof(FatDirectoryEntry));
  for (const FileTree::Entry& entry : tree_.inode(directory).entries) {
    const FileTree::Inode& inode = tree_.inode(entry.inode);
    const std::string child = path + (path.ends_with('/') ? "" : "/") + entry.name;
    if (S_ISDIR(inode.mode)) {
      RETURN_IF_ERROR(PlaceFiles(entry.inode, child));
      continue;
    }
    if (!S_ISREG(inode.mode)) return UsageError("FAT can't hold " + child + ", which is neither file nor directory");
    if (inode.size > kMaxFileSize) return UsageError("FAT can't hold " + child + ": a file has less than 4 GiB");
    if (places_.contains(entry.inode)) return UsageError("FAT can't hold " + child + ", a hard link");
    place(entry.inode, inode.size);
  }
  return {};
}

/// Names the entries of a directory; returns the number of directory entries that they take.
Result<uint64_t> Fat32Writer::NameEntries(FileTree::Index directory, const std::string& path) {
  uint64_t count = directory == FileTree::kRoot ? 1 : 2;  // the label, or "." and ".."
  FatNamer namer;
  for (const FileTree::Entry& entry : tree_.inode(directory).entries) {
    Result<FatName> name = namer.Name(entry.name);
    if (!name.ok()) return std::move(name).error().WithContext("in " + path);
    count += 1 + DivideRoundUp(name->long_name.size(), kFatLongNameUnits);
    names_[directory].push_back(*std::move(name));
  }
  return count;
}

ByteVector Fat32Writer::MakeFat() const {
  std::vector<Le32> fat(fat_sectors_ * (kFatSector / sizeof(Le32)));
  fat[0] = 0x0fffff00 | kFatMedia;
  fat[1] = kFatEndOfChain;
  for (const auto& [index, place] : places_) {
    for (uint32_t i = 0; i < place.count; ++i) {
      fat[place.first + i] = i + 1 < place.count ? place.first + i + 1 : kFatEndOfChain;
    }
  }
  const ByteSpan bytes = ArrayBytes(fat);
  return {bytes.begin(), bytes.end()};
}

Result<void> Fat32Writer::WriteFront() {
  FatBootSector boot;
  boot.sectors_per_cluster = static_cast<uint8_t>(sectors_per_cluster_);
  boot.hidden_sectors = static_cast<uint32_t>(options_.start / kFatSector);
  boot.sectors = static_cast<uint32_t>(options_.size / kFatSector);
  boot.fat_sectors = fat_sectors_;
  boot.serial = options_.serial;
  boot.label = label_;
  // Code for a disk that does not boot: a BIOS that jumps here halts (hlt; jmp $-1).
  boot.code[0] = 0xf4;
  boot.code[1] = 0xeb;
  boot.code[2] = 0xfd;
  FatInfoSector info;
  info.free_clusters = static_cast<uint32_t>(clusters_ - (next_ - 2));
  info.next_free = static_cast<uint32_t>(next_);
  ByteVector reserved(kFatReservedSectors * kFatSector);
  const auto put = [&](uint32_t sector, ByteSpan bytes) {
    std::copy(bytes.begin(), bytes.end(), reserved.begin() + static_cast<ptrdiff_t>(sector * kFatSector));
  };
  for (const uint32_t start : {0u, uint32_t{boot.backup_sector}}) {
    put(start, StructBytes(boot));
    put(start + 1, StructBytes(info));
    // The third sector of the boot region holds only this signature.
    std::ranges::copy(kBootSignature,
                      reserved.begin() + static_cast<ptrdiff_t>((start + 2) * kFatSector + kBootSignatureOffset));
  }
  RETURN_IF_ERROR(sink_.Write(reserved));
  const ByteVector fat = MakeFat();
  for (uint32_t copy = 0; copy < kFatCopies; ++copy) RETURN_IF_ERROR(sink_.Write(fat));
  return {};
}

FatDirectoryEntry Fat32Writer::MakeEntry(const FatShortName& name, FileTree::Index index) const {
  const FileTree::Inode& inode = tree_.inode(index);
  const bool directory = S_ISDIR(inode.mode);
  const DosTime time = ToDosTime(inode.mtime);
  FatDirectoryEntry entry;
  entry.name = name;
  entry.attributes = directory ? kFatDirectory : kFatArchive;
  entry.created_time = time.time;
  entry.created_date = time.date;
  entry.accessed_date = time.date;
  entry.modified_time = time.time;
  entry.modified_date = time.date;
  const uint32_t cluster = places_.at(index).first;
  entry.cluster_high = static_cast<uint16_t>(cluster >> 16);
  entry.cluster_low = static_cast<uint16_t>(cluster & 0xffff);
  entry.size = directory ? 0 : static_cast<uint32_t>(inode.size);
  return entry;
}

void AppendLongName(const FatName& name, ByteVector& bytes) {
  const size_t parts = DivideRoundUp(name.long_name.size(), kFatLongNameUnits);
  for (size_t part = parts; part > 0; --part) {
    FatLongEntry entry;
    entry.order = static_cast<uint8_t>(part | (part == parts ? kFatLastLongEntry : 0));
    entry.checksum = FatNameChecksum(name.short_name);
    for (size_t i = 0; i < kFatLongNameUnits; ++i) {
      const size_t at = (part - 1) * kFatLongNameUnits + i;
      // One zero follows the name, then ones.
      entry.set_unit(i, at < name.long_name.size() ? name.long_name[at] : at == name.long_name.size() ? 0 : 0xffff);
    }
    const ByteSpan span = StructBytes(entry);
    bytes.insert(bytes.end(), span.begin(), span.end());
  }
}

ByteVector Fat32Writer::MakeDirectory(FileTree::Index directory, FileTree::Index parent) const {
  ByteVector bytes;
  const auto append = [&bytes](const FatDirectoryEntry& entry) {
    const ByteSpan span = StructBytes(entry);
    bytes.insert(bytes.end(), span.begin(), span.end());
  };
  if (directory == FileTree::kRoot) {
    FatDirectoryEntry label = MakeEntry(label_, directory);
    label.attributes = kFatVolumeLabel;
    label.cluster_high = 0;
    label.cluster_low = 0;
    append(label);
  } else {
    append(MakeEntry(PackShortName(".", ""), directory));
    FatDirectoryEntry up = MakeEntry(PackShortName("..", ""), parent);
    if (parent == FileTree::kRoot) up.cluster_high = up.cluster_low = 0;  // the root is written as 0
    append(up);
  }
  const auto names = names_.find(directory);
  const std::vector<FileTree::Entry>& entries = tree_.inode(directory).entries;
  for (size_t i = 0; i < entries.size(); ++i) {
    AppendLongName(names->second[i], bytes);
    append(MakeEntry(names->second[i].short_name, entries[i].inode));
  }
  bytes.resize(places_.at(directory).count * ClusterSize());
  return bytes;
}

/// Writes a directory and everything in it, in the order of PlaceFiles.
Result<void> Fat32Writer::WriteData(FileTree::Index directory, FileTree::Index parent) {
  RETURN_IF_ERROR(sink_.Write(MakeDirectory(directory, parent)));
  for (const FileTree::Entry& entry : tree_.inode(directory).entries) {
    const FileTree::Inode& inode = tree_.inode(entry.inode);
    RETURN_IF_ERROR(S_ISDIR(inode.mode) ? WriteData(entry.inode, directory) : WriteFile(inode));
  }
  return {};
}

Result<void> Fat32Writer::WriteFile(const FileTree::Inode& inode) {
  const uint64_t padding = RoundUp(inode.size, ClusterSize()) - inode.size;
  if (inode.source.empty()) {
    RETURN_IF_ERROR(sink_.Write(AsBytes(inode.data)));
  } else {
    ASSIGN_OR_RETURN(const File file, inode.OpenSource());
    ByteVector buffer(1 << 20);
    for (uint64_t offset = 0; offset < inode.size; offset += buffer.size()) {
      const MutableByteSpan step =
          MutableByteSpan(buffer).first(std::min<uint64_t>(buffer.size(), inode.size - offset));
      RETURN_IF_ERROR(file.ReadAt(offset, step));
      RETURN_IF_ERROR(sink_.Write(step));
    }
  }
  return sink_.Write(ByteVector(padding));
}

}  // namespace

Result<void> WriteFat32(const FileTree& tree, const Fat32Options& options, Sink& sink) {
  return Fat32Writer(tree, options, sink).Write();
}

}  // namespace hallmark
