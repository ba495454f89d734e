// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/disk_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/utf.h"
#include "lib/gpt/decode.h"
#include "lib/gpt/gpt.h"
#include "lib/gpt/partition_types.h"

namespace hallmark {
namespace {

// Bytes are hashed while they are still in the second-level cache.
constexpr size_t kReadSize = 128 << 10;

// The only form of table that a bundle's image may have.
constexpr uint64_t kSector = 512;
constexpr uint32_t kHeaderSize = 92;
constexpr uint64_t kEntriesSector = 2;
constexpr uint32_t kEntries = 128;
constexpr uint32_t kEntrySize = 128;
static_assert(kGptPrimarySize == kEntriesSector * kSector + kEntries * kEntrySize);

/// U+FFFD, which replaces half a surrogate pair.
constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";

/// Reads the header of the primary table from `front`, the first kGptPrimarySize bytes of an image of `sectors`
/// sectors.
Result<GptHeader> ReadHeader(ByteSpan front, uint64_t sectors) {
  ASSIGN_OR_RETURN(const GptHeader header, DecodeGptHeader(front.subspan(kSector, kSector), 1));
  if (header.header_size != kHeaderSize || header.entries_lba != kEntriesSector || header.entry_count != kEntries ||
      header.entry_size != kEntrySize) {
    return UnsupportedError("GPT: not of 128 entries of 128 bytes in sector 2");
  }
  if (header.other_lba != sectors - 1) {
    return CorruptError("GPT: its backup is not in the image's last sector: truncated or extended");
  }
  return header;
}

Result<Partition> MakePartition(const GptEntry& entry, uint64_t sectors) {
  if (entry.first_lba < kGptPrimarySize / kSector || entry.last_lba < entry.first_lba ||
      entry.last_lba >= sectors - kGptBackupSize / kSector) {
    return CorruptError("GPT: partition " + std::to_string(entry.number) + " is not inside the image");
  }
  Partition partition;
  partition.number = entry.number;
  partition.offset = entry.first_lba * kSector;
  partition.size = (entry.last_lba - entry.first_lba + 1) * kSector;
  partition.type = entry.type;
  partition.guid = entry.guid;
  partition.name = Utf16ToUtf8Replacing(entry.name, kReplacementCharacter);
  partition.attributes = entry.attributes;
  return partition;
}

}  // namespace

Result<std::optional<DiskDescription>> DescribeDiskTable(const File& image) {
  ASSIGN_OR_RETURN(const uint64_t size, image.Size());
  const uint64_t sectors = size / kSector;
  if (size % kSector != 0 || size < kGptPrimarySize + kGptBackupSize) return std::optional<DiskDescription>();
  ByteVector front(kGptPrimarySize);
  RETURN_IF_ERROR(image.ReadAt(0, front));
  if (!LooksLikeGpt(front)) return std::optional<DiskDescription>();
  ASSIGN_OR_RETURN(const GptHeader header, ReadHeader(front, sectors));
  ASSIGN_OR_RETURN(const std::vector<GptEntry> entries,
                   DecodeGptEntries(header, ByteSpan(front).subspan(kEntriesSector * kSector)));
  ByteVector back(kGptBackupSize);
  RETURN_IF_ERROR(image.ReadAt(size - back.size(), back));
  DiskDescription disk;
  disk.guid = header.disk_guid;
  disk.table_sha256 = Sha256(front);
  disk.backup_sha256 = Sha256(back);
  for (const GptEntry& entry : entries) {
    ASSIGN_OR_RETURN(Partition partition, MakePartition(entry, sectors));
    disk.partitions.push_back(std::move(partition));
  }
  return std::optional(std::move(disk));
}

Result<std::optional<DiskDescription>> DescribeDisk(const File& image) {
  ASSIGN_OR_RETURN(std::optional<DiskDescription> disk, DescribeDiskTable(image));
  if (!disk) return disk;
  for (Partition& partition : disk->partitions) {
    if (partition.type != kEspPartitionType) continue;
    ASSIGN_OR_RETURN(partition.sha256, Sha256OfRange(image, partition.offset, partition.size));
  }
  return disk;
}

Result<Sha256Digest> Sha256OfRange(const File& file, uint64_t offset, uint64_t size) {
  Sha256Hasher hasher;
  ByteVector buffer(std::min<uint64_t>(size, kReadSize));
  while (size != 0) {
    const MutableByteSpan part = MutableByteSpan(buffer).first(std::min<uint64_t>(size, buffer.size()));
    RETURN_IF_ERROR(file.ReadAt(offset, part));
    hasher.Update(part);
    offset += part.size();
    size -= part.size();
  }
  return hasher.Finish();
}

}  // namespace hallmark
