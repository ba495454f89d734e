// SPDX-License-Identifier: Apache-2.0
#include "lib/gpt/writer.h"

#include <algorithm>
#include <string>

#include "lib/base/crc32.h"
#include "lib/base/utf.h"
#include "lib/gpt/gpt_format.h"

namespace hallmark {
namespace {

using gpt::Entry;
using gpt::EntryTable;
using gpt::Header;
using gpt::kEntries;
using gpt::kEntrySectors;
using gpt::kFirstUsable;
using gpt::kSector;

static_assert(kGptPrimarySize == kFirstUsable * kSector && kGptBackupSize == gpt::kBackupSectors * kSector);

Result<Entry> MakeEntry(const GptPartition& partition, uint64_t last_usable) {
  const std::string what = "partition " + std::to_string(partition.number);
  if (partition.start % kSector != 0 || partition.size % kSector != 0 || partition.size == 0) {
    return UsageError(what + " is not a whole number of sectors");
  }
  Entry entry;
  entry.type = SwapGuid(partition.type);
  entry.guid = SwapGuid(partition.guid);
  entry.first_lba = partition.start / kSector;
  entry.last_lba = (partition.start + partition.size) / kSector - 1;
  entry.attributes = partition.attributes;
  if (entry.first_lba < kFirstUsable || entry.last_lba > last_usable) {
    return UsageError(what + " lies where the partition table is, or past the end of the disk");
  }
  ASSIGN_OR_RETURN(const std::u16string name, Utf8ToUtf16(partition.name));
  if (name.size() > gpt::kNameUnits) {
    return UsageError("the name of " + what + ", '" + partition.name + "', is longer than 36 UTF-16 units");
  }
  for (size_t i = 0; i < name.size(); ++i) entry.name[i] = name[i];
  return entry;
}

Result<EntryTable> MakeTable(const Gpt& gpt, uint64_t last_usable) {
  EntryTable table{};
  std::vector<std::pair<uint64_t, uint64_t>> extents;
  for (const GptPartition& partition : gpt.partitions) {
    if (partition.number < 1 || partition.number > kEntries)
      return UsageError("partition number " + std::to_string(partition.number) + " is not from 1 to 128");
    Entry& entry = table[partition.number - 1];
    if (entry.first_lba != 0) return UsageError("partition " + std::to_string(partition.number) + " is there twice");
    ASSIGN_OR_RETURN(entry, MakeEntry(partition, last_usable));
    extents.emplace_back(entry.first_lba, entry.last_lba);
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

gpt::Mbr ProtectiveMbr(uint64_t sectors) {
  gpt::Mbr mbr;
  gpt::MbrPartition& partition = mbr.partitions[0];
  partition.first_chs = {0x00, 0x02, 0x00};
  partition.type = gpt::kProtectiveType;
  partition.last_chs = {0xff, 0xff, 0xff};
  partition.first_lba = 1;
  partition.sectors = static_cast<uint32_t>(std::min<uint64_t>(sectors - 1, 0xffffffff));
  return mbr;
}

}  // namespace

Result<GptImage> FormatGpt(const Gpt& gpt) {
  const uint64_t sectors = gpt.disk_size / kSector;
  if (gpt.disk_size % kSector != 0 || sectors < 2 * kFirstUsable) return UsageError("the disk is too small for a GPT");
  Header primary;
  primary.first_usable_lba = kFirstUsable;
  primary.entry_count = kEntries;
  primary.entry_size = sizeof(Entry);
  primary.own_lba = 1;
  primary.other_lba = sectors - 1;
  primary.last_usable_lba = sectors - kFirstUsable;
  primary.disk_guid = SwapGuid(gpt.guid);
  primary.entries_lba = 2;
  ASSIGN_OR_RETURN(const EntryTable table, MakeTable(gpt, primary.last_usable_lba));
  const ByteSpan table_bytes = ArrayBytes(table);
  primary.entries_crc = Crc32(table_bytes);
  Header backup = primary;
  backup.own_lba = primary.other_lba;
  backup.other_lba = primary.own_lba;
  backup.entries_lba = sectors - kEntrySectors - 1;

  primary = Sealed(primary);
  backup = Sealed(backup);
  GptImage image{ByteVector(kGptPrimarySize), ByteVector(kGptBackupSize)};
  const gpt::Mbr mbr = ProtectiveMbr(sectors);
  Place(image.primary, 0, StructBytes(mbr));
  Place(image.primary, kSector, StructBytes(primary));
  Place(image.primary, 2 * kSector, table_bytes);
  Place(image.backup, 0, table_bytes);
  Place(image.backup, kEntrySectors * kSector, StructBytes(backup));
  return image;
}

}  // namespace hallmark
