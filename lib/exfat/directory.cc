// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/directory.h"

#include <cstring>
#include <set>

#include "lib/base/checked.h"
#include "lib/base/utf.h"
#include "lib/exfat/values.h"

namespace hallmark {
namespace {

constexpr size_t kEntrySize = sizeof(ExfatEntry);

template <typename T>
T EntryAt(ByteSpan bytes, size_t offset) {
  T entry;
  static_assert(sizeof entry == kEntrySize);
  std::memcpy(&entry, bytes.data() + offset, sizeof entry);
  return entry;
}

bool IsInUse(uint8_t type) { return (type & kExfatInUse) != 0; }
bool IsSecondary(uint8_t type) { return IsInUse(type) && (type & kExfatSecondary) != 0; }
bool IsBenign(uint8_t type) { return (type & kExfatBenign) != 0; }
bool IsTable(uint8_t type) {
  return type == kExfatBitmapEntry || type == kExfatUpcaseEntry || type == kExfatLabelEntry;
}

/// Type of the entry at `offset`; the end of the directory if `offset` lies behind the last entry.
uint8_t TypeAt(ByteSpan bytes, size_t offset) { return offset < bytes.size() ? bytes[offset] : kExfatEndOfDirectory; }

std::string At(const std::string& path, size_t offset) {
  return "entry " + std::to_string(offset / kEntrySize) + " of " + (path.empty() ? "/" : path);
}

Result<std::string> DecodeLabel(const ExfatLabelEntry& entry, const ExfatFault& fault) {
  std::u16string units;
  if (entry.length > kExfatMaxLabel) return fault(ExfatStructure::kDirectory, "a label of more than 11 units");
  for (size_t i = 0; i < entry.length; ++i) units.push_back(static_cast<char16_t>(uint16_t{entry.label[i]}));
  Result<std::string> label = Utf16ToUtf8(units);
  if (!label.ok() || ForbiddenInExfat(units))
    return fault(ExfatStructure::kDirectory, "the label has characters that a label can't have");
  return label;
}

/// Reads the entry sets of one directory.
class DirectoryParser {
 public:
  DirectoryParser(ByteSpan bytes, const std::string& path, const ExfatUpcaseTable& upcase, const ExfatFault& fault)
      : bytes_(bytes), path_(path), upcase_(upcase), fault_(fault) {}

  Result<ExfatDirectory> Parse() {
    for (size_t at = 0; TypeAt(bytes_, at) != kExfatEndOfDirectory; at += kEntrySize) {
      const uint8_t type = bytes_[at];
      if (!IsInUse(type)) continue;  // deleted
      const bool leads = IsSecondary(TypeAt(bytes_, at + kEntrySize));
      if (IsSecondary(type)) return Corrupt(at, "it does not belong to a file");
      if (IsTable(type) && path_.empty() && !leads) continue;
      if (type != kExfatFileEntry && !IsBenign(type)) {
        return fault_(leads ? ExfatStructure::kEntrySet : ExfatStructure::kDirectory,
                      At(path_, at) + ": not a type of entry that belongs here");
      }
      const size_t size = (1 + size_t{bytes_[at + 1]}) * kEntrySize;
      if (!InBounds(at, size, bytes_.size())) return Corrupt(at, "it ends past the end of the directory");
      const ByteSpan set = bytes_.subspan(at, size);
      const bool holds = EntryAt<ExfatEntry>(set, 0).set_checksum == ExfatSetChecksum(set);
      if (type == kExfatFileEntry) {
        RETURN_IF_ERROR(AddFile(at, set, holds));
      } else if (!holds) {
        return Corrupt(at, "its checksum is wrong");
      } else {
        RETURN_IF_ERROR(AddForeign(at, set));
      }
      at += size - kEntrySize;
    }
    return std::move(directory_);
  }

 private:
  [[nodiscard]] Error Corrupt(size_t at, const std::string& what) const {
    return fault_(ExfatStructure::kEntrySet, At(path_, at) + ": " + what);
  }

  Result<void> AddFile(size_t at, ByteSpan set, bool checksum_holds);
  [[nodiscard]] Result<std::u16string> NameOf(size_t at, ByteSpan set) const;
  [[nodiscard]] Result<ExfatAllocation> StreamOf(size_t at, const ExfatStreamEntry& stream) const;
  Result<void> AddForeign(size_t at, ByteSpan set);
  Result<void> AddForeignSecondaries(size_t at, ByteSpan secondaries);

  ByteSpan bytes_;
  const std::string& path_;
  const ExfatUpcaseTable& upcase_;
  const ExfatFault& fault_;
  std::set<std::u16string> upcased_;
  ExfatDirectory directory_;
};

/// The name in the name entries of a set, with the length that the stream entry gives.
Result<std::u16string> DirectoryParser::NameOf(size_t at, ByteSpan set) const {
  if (TypeAt(set, kEntrySize) != kExfatStreamEntry) return Corrupt(at, "no stream extension follows it");
  const size_t length = EntryAt<ExfatStreamEntry>(set, kEntrySize).name_length;
  std::u16string name;
  for (size_t i = 0; i < length; ++i) {
    const size_t offset = (2 + i / kExfatNameUnits) * kEntrySize;
    if (TypeAt(set, offset) != kExfatNameEntry) return Corrupt(at, "fewer name entries than its name requires");
    const auto part = EntryAt<ExfatNameEntry>(set, offset);
    name.push_back(static_cast<char16_t>(uint16_t{part.units[i % kExfatNameUnits]}));
  }
  if (name.empty()) return Corrupt(at, "it has no name");
  return name;
}

Result<ExfatAllocation> DirectoryParser::StreamOf(size_t at, const ExfatStreamEntry& stream) const {
  const ExfatAllocation data{
      .first = stream.first_cluster, .length = stream.length, .contiguous = (stream.flags & kExfatContiguous) != 0};
  if ((stream.flags & kExfatAllocationPossible) == 0) return Corrupt(at, "a stream that can't have clusters");
  if (data.first == 0 && (data.length != 0 || data.contiguous)) return Corrupt(at, "a length without clusters");
  if (data.contiguous && data.length == 0) return Corrupt(at, "clusters without a length");
  if (stream.valid_length > data.length) return Corrupt(at, "more of it is valid than there is");
  return data;
}

Result<void> DirectoryParser::AddFile(size_t at, ByteSpan set, bool checksum_holds) {
  const Result<std::u16string> units = NameOf(at, set);
  if (!checksum_holds) {
    // The hash of the name must match too.
    const bool name_holds =
        !units.ok() || EntryAt<ExfatStreamEntry>(set, kEntrySize).name_hash == ExfatNameHash(upcase_.Upcase(*units));
    return fault_(name_holds ? ExfatStructure::kEntrySet : ExfatStructure::kName,
                  At(path_, at) + ": its checksum is wrong" + (name_holds ? "" : ", and the hash of its name"));
  }
  if (!units.ok()) return units.error();
  const auto entry = EntryAt<ExfatFileEntry>(set, 0);
  const auto stream = EntryAt<ExfatStreamEntry>(set, kEntrySize);
  const auto bad_name = [&](const std::string& what) { return fault_(ExfatStructure::kName, At(path_, at) + what); };
  const std::u16string upcased = upcase_.Upcase(*units);
  if (stream.name_hash != ExfatNameHash(upcased)) return bad_name(": the hash of its name is wrong");
  const Result<std::string> name = Utf16ToUtf8(*units);
  if (!name.ok()) return bad_name(": its name is not UTF-16");
  if (ForbiddenInExfat(*units) || *name == "." || *name == "..") return bad_name(": a name that a file can't have");
  if (!upcased_.insert(upcased).second) return bad_name(": a second '" + *name + "', capitals aside");
  const size_t known = 2 + DivideRoundUp(units->size(), kExfatNameUnits);
  RETURN_IF_ERROR(AddForeignSecondaries(at, set.subspan(known * kEntrySize)));
  ExfatFile file{
      .name = *name, .directory = (entry.attributes & kExfatDirectory) != 0, .valid_length = stream.valid_length};
  file.mtime =
      FromExfatTime({.stamp = entry.modified, .hundredths = entry.modified_10ms, .offset = entry.modified_offset});
  ASSIGN_OR_RETURN(file.data, StreamOf(at, stream));
  if (file.directory && (file.valid_length != file.data.length || file.data.length > kExfatMaxDirectory)) {
    return Corrupt(at, "a directory of an impossible size");
  }
  directory_.files.push_back(std::move(file));
  return {};
}

/// A benign primary entry and its secondaries: ignored, but their clusters are in use.
Result<void> DirectoryParser::AddForeign(size_t at, ByteSpan set) {
  const auto entry = EntryAt<ExfatEntry>(set, 0);
  if ((entry.primary_flags & kExfatAllocationPossible) != 0 && entry.first_cluster != 0) {
    directory_.foreign.push_back({.first = entry.first_cluster,
                                  .length = entry.length,
                                  .contiguous = (entry.primary_flags & kExfatContiguous) != 0});
  }
  return AddForeignSecondaries(at, set.subspan(kEntrySize));
}

Result<void> DirectoryParser::AddForeignSecondaries(size_t at, ByteSpan secondaries) {
  for (size_t i = 0; i < secondaries.size(); i += kEntrySize) {
    const auto entry = EntryAt<ExfatEntry>(secondaries, i);
    if (!IsSecondary(entry.type) || !IsBenign(entry.type))
      return Corrupt(at, "an entry in it that does not belong there");
    const uint8_t flags = entry.secondary_count;
    if ((flags & kExfatAllocationPossible) == 0 || entry.first_cluster == 0) continue;
    directory_.foreign.push_back(
        {.first = entry.first_cluster, .length = entry.length, .contiguous = (flags & kExfatContiguous) != 0});
  }
  return {};
}

}  // namespace

Result<ExfatRoot> ParseExfatRoot(ByteSpan bytes, uint32_t fats, const ExfatFault& fault) {
  ExfatRoot root;
  std::optional<ExfatLabelEntry> label;
  for (size_t at = 0; TypeAt(bytes, at) != kExfatEndOfDirectory; at += kEntrySize) {
    const uint8_t type = bytes[at];
    if (type == kExfatFileEntry) at += size_t{bytes[at + 1]} * kEntrySize;
    if (!IsTable(type)) continue;
    // An entry with secondaries behind it is part of a damaged entry set; the reader of files reports that in more
    // detail.
    const bool leads = IsSecondary(TypeAt(bytes, at + kEntrySize));
    const uint32_t which = bytes[at + 1] & 1U;
    if (type == kExfatBitmapEntry) {
      const bool surplus = which >= fats || root.bitmaps[which];
      if (surplus && !leads) return fault(ExfatStructure::kBitmap, "one too many");
      if (!surplus) root.bitmaps[which] = EntryAt<ExfatBitmapEntry>(bytes, at);
    } else if (type == kExfatUpcaseEntry) {
      if (root.upcase && !leads) return fault(ExfatStructure::kUpcaseTable, "one too many");
      if (!root.upcase) root.upcase = EntryAt<ExfatUpcaseEntry>(bytes, at);
    } else {
      if (label && !leads) return fault(ExfatStructure::kDirectory, "a second label");
      if (!label) label = EntryAt<ExfatLabelEntry>(bytes, at);
    }
  }
  for (uint32_t i = 0; i < fats; ++i) {
    if (!root.bitmaps[i]) return fault(ExfatStructure::kBitmap, "the root directory has no entry for it");
  }
  if (!root.upcase) return fault(ExfatStructure::kUpcaseTable, "the root directory has no entry for it");
  if (label) {
    ASSIGN_OR_RETURN(root.label, DecodeLabel(*label, fault));
  }
  return root;
}

Result<ExfatDirectory> ParseExfatDirectory(ByteSpan bytes, const std::string& path, const ExfatUpcaseTable& upcase,
                                           const ExfatFault& fault) {
  return DirectoryParser(bytes, path, upcase, fault).Parse();
}

}  // namespace hallmark
