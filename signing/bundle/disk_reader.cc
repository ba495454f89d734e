// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/disk_reader.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "lib/base/checked.h"
#include "signing/bundle/gpt_format.h"

namespace hallmark {
namespace {

// What is read is hashed while it is in the second-level cache.
constexpr size_t kReadSize = 128 << 10;

/// CRC-32 of ISO 3309, bit by bit: 17 KiB need no table.
uint32_t Crc32(ByteSpan bytes) {
  uint32_t crc = UINT32_MAX;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xEDB88320 & (0 - (crc & 1)));
  }
  return ~crc;
}

/// From GPT's order of bytes to that of the text.
Guid TextOrder(const std::array<uint8_t, 16>& guid) {
  Guid text = guid;
  std::reverse(text.begin(), text.begin() + 4);
  std::reverse(text.begin() + 4, text.begin() + 6);
  std::reverse(text.begin() + 6, text.begin() + 8);
  return text;
}

void AppendUtf8(std::string& text, uint32_t c) {
  const auto tail = [&](unsigned shift) { text.push_back(static_cast<char>(0x80 | (c >> shift & 0x3F))); };
  if (c < 0x80) {
    text.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    text.push_back(static_cast<char>(0xC0 | c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    text.push_back(static_cast<char>(0xE0 | c >> 12));
    tail(6);
    tail(0);
  } else {
    text.push_back(static_cast<char>(0xF0 | c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// A partition's name in UTF-8; half a surrogate pair becomes U+FFFD.
std::string Utf8Name(const std::array<Le16, 36>& units) {
  std::string text;
  for (size_t i = 0; i < units.size() && units[i] != 0; ++i) {
    uint32_t c = units[i];
    const uint32_t next = i + 1 < units.size() ? uint32_t{units[i + 1]} : 0;
    if (c >= 0xD800 && c < 0xDC00 && next >= 0xDC00 && next < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10 | (next - 0xDC00));
      ++i;
    } else if (c >= 0xD800 && c < 0xE000) {
      c = 0xFFFD;
    }
    AppendUtf8(text, c);
  }
  return text;
}

Result<gpt::Header> ReadHeader(ByteSpan front, uint64_t sectors) {
  ASSIGN_OR_RETURN(gpt::Header header, ReadStruct<gpt::Header>(front.subspan(gpt::kSector), "GPT header"));
  if (header.header_size != sizeof(gpt::Header)) return CorruptError("GPT header: not of 92 bytes");
  const uint32_t crc = header.header_crc32;
  header.header_crc32 = 0;
  if (Crc32(StructBytes(header)) != crc) return CorruptError("GPT header: wrong checksum");
  if (header.own_sector != 1 || header.entries_sector != 2 || header.entry_count != gpt::kEntries ||
      header.entry_size != sizeof(gpt::Entry)) {
    return UnsupportedError("GPT: not of 128 entries of 128 bytes in sector 2");
  }
  if (header.other_sector != sectors - 1) {
    return CorruptError("GPT: its backup is not in the image's last sector: truncated or extended");
  }
  if (Crc32(front.subspan(2 * gpt::kSector)) != header.entries_crc32)
    return CorruptError("GPT entries: wrong checksum");
  return header;
}

Result<Partition> ReadEntry(const gpt::Entry& entry, uint32_t number, uint64_t sectors) {
  const uint64_t first = entry.first_sector;
  const uint64_t last = entry.last_sector;
  if (first < gpt::kFrontSectors || last < first || last >= sectors - gpt::kBackSectors) {
    return CorruptError("GPT: partition " + std::to_string(number) + " is not inside the image");
  }
  Partition partition;
  partition.number = number;
  partition.offset = first * gpt::kSector;
  partition.size = (last - first + 1) * gpt::kSector;
  partition.type = TextOrder(entry.type);
  partition.guid = TextOrder(entry.guid);
  partition.name = Utf8Name(entry.name);
  partition.attributes = entry.attributes;
  return partition;
}

}  // namespace

Result<std::optional<DiskDescription>> DescribeDiskTable(const File& image) {
  ASSIGN_OR_RETURN(const uint64_t size, image.Size());
  const uint64_t sectors = size / gpt::kSector;
  if (size % gpt::kSector != 0 || sectors < gpt::kFrontSectors + gpt::kBackSectors) {
    return std::optional<DiskDescription>();
  }
  ByteVector front(gpt::kFrontSectors * gpt::kSector);
  RETURN_IF_ERROR(image.ReadAt(0, front));
  if (std::memcmp(front.data() + gpt::kSector, gpt::kSignature.data(), gpt::kSignature.size()) != 0) {
    return std::optional<DiskDescription>();
  }
  ASSIGN_OR_RETURN(const gpt::Header header, ReadHeader(front, sectors));
  ByteVector back(gpt::kBackSectors * gpt::kSector);
  RETURN_IF_ERROR(image.ReadAt(size - back.size(), back));
  DiskDescription disk;
  disk.guid = TextOrder(header.disk_guid);
  disk.table_sha256 = Sha256(front);
  disk.backup_sha256 = Sha256(back);
  for (uint32_t i = 0; i < gpt::kEntries; ++i) {
    const ByteSpan bytes = ByteSpan(front).subspan(2 * gpt::kSector + i * sizeof(gpt::Entry), sizeof(gpt::Entry));
    ASSIGN_OR_RETURN(const gpt::Entry entry, ReadStruct<gpt::Entry>(bytes, "GPT entry"));
    if (IsZero(entry.type)) continue;
    ASSIGN_OR_RETURN(Partition partition, ReadEntry(entry, i + 1, sectors));
    disk.partitions.push_back(std::move(partition));
  }
  return std::optional(std::move(disk));
}

Result<std::optional<DiskDescription>> DescribeDisk(const File& image) {
  ASSIGN_OR_RETURN(std::optional<DiskDescription> disk, DescribeDiskTable(image));
  if (!disk) return disk;
  for (Partition& partition : disk->partitions) {
    if (partition.type != kEspType) continue;
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
