// SPDX-License-Identifier: Apache-2.0
#include "lib/gpt/reader.h"

#include <algorithm>
#include <string_view>

#include "lib/base/checked.h"
#include "lib/base/utf.h"
#include "lib/gpt/gpt_format.h"

namespace hallmark {
namespace {

/// One copy of a table.
struct Copy {
  GptHeader header;
  std::vector<GptEntry> entries;
};

/// Reads the copy whose header is in sector `lba` of a disk of `sectors`.
Result<Copy> ReadCopy(const File& disk, uint64_t lba, uint64_t sectors, uint32_t sector_size) {
  Copy copy;
  ByteVector sector(sector_size);
  RETURN_IF_ERROR(disk.ReadAt(lba * sector_size, sector));
  ASSIGN_OR_RETURN(copy.header, DecodeGptHeader(sector, lba));
  if (!InBounds(copy.header.entries_lba, DivideRoundUp(copy.header.EntriesSize(), uint64_t{sector_size}), sectors)) {
    return CorruptError("GPT entries: outside of the disk");
  }
  ByteVector entries(copy.header.EntriesSize());
  RETURN_IF_ERROR(disk.ReadAt(copy.header.entries_lba * sector_size, entries));
  ASSIGN_OR_RETURN(copy.entries, DecodeGptEntries(copy.header, entries));
  return copy;
}

/// Checks that a partition of the protective MBR keeps tools away that do not know GPT.
Result<void> CheckProtectiveMbr(const File& disk) {
  ByteVector bytes(sizeof(gpt::Mbr));
  RETURN_IF_ERROR(disk.ReadAt(0, bytes));
  ASSIGN_OR_RETURN(const auto mbr, ReadStruct<gpt::Mbr>(bytes, "MBR"));
  if (mbr.signature != kBootSignature) return CorruptError("the first sector is not an MBR");
  const auto protects = [](const gpt::MbrPartition& partition) { return partition.type == gpt::kProtectiveType; };
  if (std::ranges::none_of(mbr.partitions, protects)) return CorruptError("the MBR does not protect the GPT");
  return {};
}

/// Reads a copy with the sizes that this project and other tools write.
Result<Copy> ReadPlainCopy(const File& disk, uint64_t lba, uint64_t sectors, std::string_view which) {
  auto copy = ReadCopy(disk, lba, sectors, gpt::kSector);
  if (!copy.ok()) return std::move(copy).error().WithContext(std::string(which) + " partition table");
  if (copy->header.header_size != sizeof(gpt::Header) || copy->header.entry_count != gpt::kEntries ||
      copy->header.entry_size != sizeof(gpt::Entry)) {
    return UnsupportedError(std::string(which) + " partition table: not of 128 entries of 128 bytes");
  }
  return copy;
}

Result<GptPartition> MakePartition(const GptEntry& entry, const GptHeader& header, uint64_t sectors) {
  const std::string what = "partition " + std::to_string(entry.number);
  if (entry.last_lba < entry.first_lba) return CorruptError(what + " ends before it starts");
  if (entry.first_lba < header.first_usable_lba || entry.last_lba > header.last_usable_lba ||
      header.last_usable_lba >= sectors) {
    return CorruptError(what + " lies outside of the disk");
  }
  GptPartition partition{.number = entry.number, .type = entry.type, .guid = entry.guid};
  partition.start = entry.first_lba * gpt::kSector;
  partition.size = (entry.last_lba - entry.first_lba + 1) * gpt::kSector;
  partition.attributes = entry.attributes;
  ASSIGN_OR_RETURN(partition.name, Utf16ToUtf8(entry.name).WithContext("the name of " + what));
  return partition;
}

Result<Gpt> ReadBothCopies(const File& disk) {
  Gpt gpt;
  ASSIGN_OR_RETURN(gpt.disk_size, disk.Size());
  const uint64_t sectors = gpt.disk_size / gpt::kSector;
  if (sectors < 2 * gpt::kFirstUsable) return CorruptError("too small for a partition table");
  RETURN_IF_ERROR(CheckProtectiveMbr(disk));
  ASSIGN_OR_RETURN(const Copy primary, ReadPlainCopy(disk, 1, sectors, "primary"));
  ASSIGN_OR_RETURN(const Copy backup, ReadPlainCopy(disk, sectors - 1, sectors, "backup"));
  if (primary.header.entries_crc != backup.header.entries_crc || primary.header.disk_guid != backup.header.disk_guid ||
      primary.header.other_lba != sectors - 1) {
    return CorruptError("the two copies of the partition table differ");
  }
  gpt.guid = primary.header.disk_guid;
  for (const GptEntry& entry : primary.entries) {
    ASSIGN_OR_RETURN(GptPartition partition, MakePartition(entry, primary.header, sectors));
    gpt.partitions.push_back(std::move(partition));
  }
  return gpt;
}

}  // namespace

Result<Gpt> ReadGpt(const File& disk) { return ReadBothCopies(disk).WithContext(disk.path()); }

Result<std::vector<GptEntry>> ReadGptEntries(const File& disk, uint32_t sector_size) {
  ASSIGN_OR_RETURN(const uint64_t size, disk.Size());
  const uint64_t sectors = size / sector_size;
  if (sectors < 3) return CorruptError("too small for a partition table");
  auto primary = ReadCopy(disk, 1, sectors, sector_size);
  if (primary.ok()) return std::move(primary->entries);
  auto backup = ReadCopy(disk, sectors - 1, sectors, sector_size);
  if (backup.ok()) return std::move(backup->entries);
  return std::move(primary).error();
}

}  // namespace hallmark
