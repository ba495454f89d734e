// SPDX-License-Identifier: Apache-2.0
#include "lib/gpt/gpt.h"

#include <algorithm>
#include <cstddef>

#include "lib/base/checked.h"
#include "lib/base/endian.h"
#include "lib/base/utf.h"

namespace hallmark {
namespace {

constexpr uint64_t kSector = 512;
constexpr uint32_t kEntries = 128;
constexpr uint64_t kEntrySectors = 32;
constexpr size_t kNameUnits = 36;
constexpr uint64_t kFirstUsable = 34;
constexpr std::array<char, 8> kSignature = {'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T'};
constexpr uint32_t kRevision = 0x00010000;

struct Header {
  std::array<char, 8> signature = kSignature;
  Le32 revision = kRevision;
  Le32 header_size = 92;
  Le32 header_crc = 0;
  Le32 reserved = 0;
  Le64 own_sector = 0;
  Le64 other_sector = 0;
  Le64 first_usable = kFirstUsable;
  Le64 last_usable = 0;
  Guid disk_guid{};
  Le64 entries_sector = 0;
  Le32 entry_count = kEntries;
  Le32 entry_size = 128;
  Le32 entries_crc = 0;
};
static_assert(sizeof(Header) == 92);

struct Entry {
  Guid type{};
  Guid guid{};
  Le64 first_sector = 0;
  Le64 last_sector = 0;
  Le64 attributes = 0;
  std::array<Le16, kNameUnits> name{};
};
static_assert(sizeof(Entry) == 128);

constexpr uint8_t kProtectiveType = 0xee;

struct MbrPartition {
  uint8_t status = 0;
  std::array<uint8_t, 3> first_chs = {0x00, 0x02, 0x00};
  uint8_t type = kProtectiveType;
  std::array<uint8_t, 3> last_chs = {0xff, 0xff, 0xff};
  Le32 first_sector = 1;
  Le32 sectors = 0;
};
constexpr size_t kMbrPartitions = 446;
constexpr size_t kMbrPartitionCount = 4;
constexpr size_t kMbrSignature = 510;

using EntryTable = std::array<Entry, kEntries>;
static_assert(sizeof(EntryTable) == kEntrySectors * kSector);

/// CRC-32 of IEEE 802.3, as GPT uses it.
uint32_t Crc32(ByteSpan bytes) {
  static constexpr auto kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320u : 0);
      table[i] = value;
    }
    return table;
  }();
  uint32_t crc = ~0u;
  for (const uint8_t byte : bytes) crc = kTable[(crc ^ byte) & 0xff] ^ (crc >> 8);
  return ~crc;
}

/// Between text order and GPT's, where the first three fields are little-endian; its own inverse.
Guid SwapGuid(const Guid& guid) {
  constexpr std::array<size_t, 16> kOrder = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  Guid swapped;
  for (size_t i = 0; i < swapped.size(); ++i) swapped[i] = guid[kOrder[i]];
  return swapped;
}

Result<Entry> MakeEntry(const GptPartition& partition, uint64_t last_usable) {
  const std::string what = "partition " + std::to_string(partition.number);
  if (partition.start % kSector != 0 || partition.size % kSector != 0 || partition.size == 0) {
    return UsageError(what + ": not a whole number of sectors");
  }
  Entry entry;
  entry.type = SwapGuid(partition.type);
  entry.guid = SwapGuid(partition.guid);
  entry.first_sector = partition.start / kSector;
  entry.last_sector = (partition.start + partition.size) / kSector - 1;
  entry.attributes = partition.attributes;
  if (entry.first_sector < kFirstUsable || entry.last_sector > last_usable) {
    return UsageError(what + " lies where the partition table is, or past the end of the disk");
  }
  ASSIGN_OR_RETURN(const std::u16string name, Utf8ToUtf16(partition.name));
  if (name.size() > kNameUnits) return UsageError(what + ": the name '" + partition.name + "' is too long");
  for (size_t i = 0; i < name.size(); ++i) entry.name[i] = name[i];
  return entry;
}

Result<EntryTable> MakeTable(const Gpt& gpt, uint64_t last_usable) {
  EntryTable table{};
  std::vector<std::pair<uint64_t, uint64_t>> extents;
  for (const GptPartition& partition : gpt.partitions) {
    if (partition.number < 1 || partition.number > kEntries) return UsageError("a partition number is 1 to 128");
    Entry& entry = table[partition.number - 1];
    if (entry.first_sector != 0) return UsageError("partition " + std::to_string(partition.number) + " twice");
    ASSIGN_OR_RETURN(entry, MakeEntry(partition, last_usable));
    extents.emplace_back(entry.first_sector, entry.last_sector);
  }
  std::sort(extents.begin(), extents.end());
  for (size_t i = 1; i < extents.size(); ++i) {
    if (extents[i].first <= extents[i - 1].second) return UsageError("partitions overlap");
  }
  return table;
}

Header Sealed(Header header) {
  header.header_crc = 0;
  header.header_crc = Crc32(StructBytes(header));
  return header;
}

void Place(ByteVector& bytes, uint64_t offset, ByteSpan part) {
  std::copy(part.begin(), part.end(), bytes.begin() + static_cast<ptrdiff_t>(offset));
}

ByteVector ProtectiveMbr(uint64_t sectors) {
  ByteVector mbr(kSector);
  MbrPartition partition;
  partition.sectors = static_cast<uint32_t>(std::min<uint64_t>(sectors - 1, 0xffffffff));
  Place(mbr, kMbrPartitions, {reinterpret_cast<const uint8_t*>(&partition), sizeof partition});
  mbr[kMbrSignature] = 0x55;
  mbr[kMbrSignature + 1] = 0xaa;
  return mbr;
}

/// One of its partitions says that the disk is a GPT's: what does not know GPTs keeps away.
Result<void> CheckProtectiveMbr(const File& disk) {
  ByteVector mbr(kSector);
  RETURN_IF_ERROR(disk.ReadAt(0, mbr));
  if (mbr[kMbrSignature] != 0x55 || mbr[kMbrSignature + 1] != 0xaa) {
    return CorruptError(disk.path() + ": the first sector is no MBR");
  }
  for (size_t i = 0; i < kMbrPartitionCount; ++i) {
    const size_t entry = kMbrPartitions + i * sizeof(MbrPartition);
    if (mbr[entry + offsetof(MbrPartition, type)] == kProtectiveType) return {};
  }
  return CorruptError(disk.path() + ": the MBR does not protect the GPT");
}

Result<Header> ReadHeader(const File& disk, uint64_t sector, std::string_view which) {
  ByteVector bytes(sizeof(Header));
  RETURN_IF_ERROR(disk.ReadAt(sector * kSector, bytes));
  ASSIGN_OR_RETURN(Header header, ReadStruct<Header>(bytes, which));
  const std::string what = disk.path() + ": " + std::string(which) + " partition table: ";
  if (header.signature != kSignature) return CorruptError(what + "no signature");
  if (header.revision != kRevision || header.header_size != sizeof(Header) || header.entry_count != kEntries ||
      header.entry_size != sizeof(Entry)) {
    return UnsupportedError(what + "not of revision 1.0 with 128 entries of 128 bytes");
  }
  if (Sealed(header).header_crc != header.header_crc) return CorruptError(what + "the header's CRC is wrong");
  if (header.own_sector != sector) return CorruptError(what + "it stands at another place than it says");
  return header;
}

Result<EntryTable> ReadTable(const File& disk, const Header& header, uint64_t sectors, std::string_view which) {
  const std::string what = disk.path() + ": " + std::string(which) + " partition table: ";
  if (!InBounds(header.entries_sector, kEntrySectors, sectors)) return CorruptError(what + "its entries lie outside");
  EntryTable table;
  RETURN_IF_ERROR(disk.ReadAt(header.entries_sector * kSector, {reinterpret_cast<uint8_t*>(&table), sizeof table}));
  if (Crc32(StructBytes(table)) != header.entries_crc) return CorruptError(what + "the entries' CRC is wrong");
  return table;
}

Result<GptPartition> ParseEntry(const Entry& entry, uint32_t number) {
  GptPartition partition{.number = number};
  const std::string what = "partition " + std::to_string(number);
  if (entry.last_sector < entry.first_sector) return CorruptError(what + " ends before it starts");
  partition.start = entry.first_sector * kSector;
  partition.size = (entry.last_sector - entry.first_sector + 1) * kSector;
  partition.type = SwapGuid(entry.type);
  partition.guid = SwapGuid(entry.guid);
  partition.attributes = entry.attributes;
  std::u16string name;
  for (const uint16_t unit : entry.name) {
    if (unit == 0) break;
    name.push_back(static_cast<char16_t>(unit));
  }
  ASSIGN_OR_RETURN(partition.name, Utf16ToUtf8(name));
  return partition;
}

}  // namespace

Result<GptImage> FormatGpt(const Gpt& gpt) {
  const uint64_t sectors = gpt.disk_size / kSector;
  if (gpt.disk_size % kSector != 0 || sectors < 2 * kFirstUsable) return UsageError("the disk is too small for a GPT");
  Header primary;
  primary.own_sector = 1;
  primary.other_sector = sectors - 1;
  primary.last_usable = sectors - kFirstUsable;
  primary.disk_guid = SwapGuid(gpt.guid);
  primary.entries_sector = 2;
  ASSIGN_OR_RETURN(const EntryTable table, MakeTable(gpt, primary.last_usable));
  primary.entries_crc = Crc32(StructBytes(table));
  Header backup = primary;
  backup.own_sector = primary.other_sector;
  backup.other_sector = primary.own_sector;
  backup.entries_sector = sectors - kEntrySectors - 1;

  GptImage image{ByteVector(kGptPrimarySize), ByteVector(kGptBackupSize)};
  Place(image.primary, 0, ProtectiveMbr(sectors));
  Place(image.primary, kSector, StructBytes(Sealed(primary)));
  Place(image.primary, 2 * kSector, StructBytes(table));
  Place(image.backup, 0, StructBytes(table));
  Place(image.backup, kEntrySectors * kSector, StructBytes(Sealed(backup)));
  return image;
}

Result<Gpt> ReadGpt(const File& disk) {
  Gpt gpt;
  ASSIGN_OR_RETURN(gpt.disk_size, disk.Size());
  const uint64_t sectors = gpt.disk_size / kSector;
  if (sectors < 2 * kFirstUsable) return CorruptError(disk.path() + ": too small for a partition table");
  RETURN_IF_ERROR(CheckProtectiveMbr(disk));
  ASSIGN_OR_RETURN(const Header primary, ReadHeader(disk, 1, "primary"));
  ASSIGN_OR_RETURN(const EntryTable table, ReadTable(disk, primary, sectors, "primary"));
  ASSIGN_OR_RETURN(const Header backup, ReadHeader(disk, sectors - 1, "backup"));
  RETURN_IF_ERROR(ReadTable(disk, backup, sectors, "backup"));
  if (primary.entries_crc != backup.entries_crc || primary.disk_guid != backup.disk_guid ||
      primary.other_sector != backup.own_sector) {
    return CorruptError(disk.path() + ": the two copies of the partition table differ");
  }
  gpt.guid = SwapGuid(primary.disk_guid);
  for (uint32_t i = 0; i < kEntries; ++i) {
    if (table[i].type == Guid{}) continue;
    ASSIGN_OR_RETURN(GptPartition partition, ParseEntry(table[i], i + 1));
    if (table[i].first_sector < primary.first_usable || table[i].last_sector > primary.last_usable ||
        primary.last_usable >= sectors) {
      return CorruptError(disk.path() + ": partition " + std::to_string(i + 1) + " lies outside the disk");
    }
    gpt.partitions.push_back(std::move(partition));
  }
  return gpt;
}

}  // namespace hallmark
