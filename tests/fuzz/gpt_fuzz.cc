// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "lib/base/crc32.h"
#include "lib/gpt/gpt_format.h"
#include "lib/gpt/reader.h"
#include "lib/gpt/writer.h"
#include "signing/bundle/disk_reader.h"

namespace {

using hallmark::ByteSpan;
using hallmark::ByteVector;
using hallmark::Gpt;
using hallmark::GptEntry;
using hallmark::GptPartition;
using hallmark::Result;
using hallmark::gpt::Header;
using hallmark::gpt::kSector;

constexpr size_t kEntriesSize = sizeof(hallmark::gpt::EntryTable);

void Require(bool holds) {
  if (!holds) std::abort();
}

hallmark::File FileOf(const ByteVector& disk) {
  hallmark::File file(hallmark::UniqueFd(memfd_create("disk", MFD_CLOEXEC)), "disk");
  Require(file.WriteAt(0, disk).ok());
  return file;
}

/// Makes the checksums hold of a header and its entries, where those lie inside.
void Seal(ByteVector& disk, size_t offset) {
  Header header;
  std::memcpy(&header, disk.data() + offset, sizeof header);
  const uint64_t entries = header.entries_lba;
  if (entries < disk.size() / kSector && disk.size() - entries * kSector >= kEntriesSize) {
    header.entries_crc = hallmark::Crc32(ByteSpan(disk).subspan(entries * kSector, kEntriesSize));
  }
  header.header_crc = 0;
  header.header_crc = hallmark::Crc32(hallmark::StructBytes(header));
  std::memcpy(disk.data() + offset, &header, sizeof header);
}

/// What the strict reader takes lies inside, is what the lenient reader names, and survives the writer.
void CheckStrict(const Gpt& gpt, const std::vector<GptEntry>& entries, ByteVector disk) {
  const auto same = [](const GptPartition& partition, const GptEntry& entry) {
    return partition.number == entry.number && partition.type == entry.type && partition.guid == entry.guid &&
           partition.start == entry.first_lba * kSector && partition.attributes == entry.attributes;
  };
  Require(std::ranges::equal(gpt.partitions, entries, same));
  for (const GptPartition& partition : gpt.partitions) {
    Require(partition.size != 0 && partition.start + partition.size <= disk.size());
  }
  const auto written = hallmark::FormatGpt(gpt);
  if (!written.ok()) {  // partitions that overlap, say
    Require(written.error().kind == hallmark::ErrorKind::kUsage);
    return;
  }
  std::ranges::copy(written->primary, disk.begin());
  std::ranges::copy(written->backup, disk.end() - static_cast<ptrdiff_t>(written->backup.size()));
  const auto again = hallmark::ReadGpt(FileOf(disk));
  Require(again.ok() && *again == gpt);
}

void Read(const ByteVector& disk) {
  const hallmark::File file = FileOf(disk);
  const Result<std::vector<GptEntry>> entries = hallmark::ReadGptEntries(file, kSector);
  const Result<Gpt> gpt = hallmark::ReadGpt(file);
  if (gpt.ok()) {
    Require(entries.ok());
    CheckStrict(*gpt, *entries, disk);
  }
  const auto described = hallmark::DescribeDiskTable(file);
  if (described.ok() && described->has_value()) {
    const auto same = [](const hallmark::Partition& partition, const GptEntry& entry) {
      return partition.number == entry.number && partition.guid == entry.guid;
    };
    Require(hallmark::LooksLikeGpt(disk) && entries.ok());
    Require(std::ranges::equal((*described)->partitions, *entries, same));
  }
  for (const uint32_t sector_size : {1024, 4096}) (void)hallmark::ReadGptEntries(file, sector_size).ok();
}

}  // namespace

// A disk of whole sectors: as it is, and once more with checksums that hold, which no mutation would find.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteVector disk(data, data + size);
  disk.resize((size + kSector - 1) / kSector * kSector);
  Read(disk);
  if (disk.size() < 2 * hallmark::gpt::kFirstUsable * kSector) return 0;
  Seal(disk, kSector);
  Seal(disk, disk.size() - kSector);
  Read(disk);
  return 0;
}
