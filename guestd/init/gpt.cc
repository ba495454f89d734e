// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/gpt.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "lib/base/endian.h"

namespace hallmark::guest {
namespace {

struct RawHeader {
  std::array<char, 8> signature;  // 0: "EFI PART"
  Le32 revision;                  // 8: 1.0
  Le32 header_size;               // 12: 92 to the sector's size
  Le32 header_crc;                // 16: of the header with this field zero
  Le32 reserved;                  // 20
  Le64 my_lba;                    // 24
  Le64 alternate_lba;             // 32
  Le64 first_usable_lba;          // 40
  Le64 last_usable_lba;           // 48
  std::array<uint8_t, 16> disk;   // 56
  Le64 entries_lba;               // 72
  Le32 entry_count;               // 80
  Le32 entry_size;                // 84
  Le32 entries_crc;               // 88
};
static_assert(sizeof(RawHeader) == 92 && offsetof(RawHeader, entries_lba) == 72);

struct RawEntry {
  std::array<uint8_t, 16> type;  // 0: zero where the entry is unused
  std::array<uint8_t, 16> guid;  // 16: first three fields little-endian
  Le64 first_lba;                // 32
  Le64 last_lba;                 // 40
  Le64 attributes;               // 48
  std::array<Le16, 36> label;    // 56: UTF-16, ends at a zero
};
static_assert(sizeof(RawEntry) == 128);

constexpr uint32_t kRevision = 0x10000;
constexpr uint32_t kMaxEntries = 1024;
constexpr uint32_t kMaxEntrySize = 4096;

std::string GuidText(const std::array<uint8_t, 16>& guid) {
  static constexpr std::array<uint8_t, 16> kOrder = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  std::array<uint8_t, 16> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = guid[kOrder[i]];
  std::string text = ToHex(bytes);
  for (const size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

/// UTF-16 to UTF-8. Labels that this program looks for are ASCII: surrogates become "?".
std::string LabelText(const std::array<Le16, 36>& label) {
  std::string text;
  for (const uint16_t unit : label) {
    if (unit == 0) break;
    if (unit < 0x80) {
      text += static_cast<char>(unit);
    } else if (unit < 0x800) {
      text += static_cast<char>(0xc0 | unit >> 6);
      text += static_cast<char>(0x80 | (unit & 0x3f));
    } else if (unit >= 0xd800 && unit < 0xe000) {
      text += '?';
    } else {
      text += static_cast<char>(0xe0 | unit >> 12);
      text += static_cast<char>(0x80 | (unit >> 6 & 0x3f));
      text += static_cast<char>(0x80 | (unit & 0x3f));
    }
  }
  return text;
}

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    table[i] = crc;
  }
  return table;
}

}  // namespace

uint32_t Crc32(ByteSpan bytes) {
  static constexpr std::array<uint32_t, 256> kTable = MakeCrcTable();
  uint32_t crc = ~uint32_t{0};
  for (const uint8_t byte : bytes) crc = crc >> 8 ^ kTable[(crc ^ byte) & 0xff];
  return ~crc;
}

Result<GptHeader> DecodeGptHeader(ByteSpan sector, uint64_t lba) {
  ASSIGN_OR_RETURN(const RawHeader raw, ReadStruct<RawHeader>(sector, "GPT header"));
  if (std::memcmp(raw.signature.data(), "EFI PART", 8) != 0) return CorruptError("GPT header: no signature");
  if (raw.revision != kRevision) return CorruptError("GPT header: unknown revision");
  if (raw.header_size < sizeof(RawHeader) || raw.header_size > sector.size()) {
    return CorruptError("GPT header: bad size");
  }
  ByteVector bytes(sector.begin(), sector.begin() + raw.header_size);
  std::memset(bytes.data() + offsetof(RawHeader, header_crc), 0, sizeof raw.header_crc);
  if (Crc32(bytes) != raw.header_crc) return CorruptError("GPT header: checksum does not match");
  if (raw.my_lba != lba) return CorruptError("GPT header: not in its place");
  if (raw.entry_count == 0 || raw.entry_count > kMaxEntries || raw.entry_size < sizeof(RawEntry) ||
      raw.entry_size > kMaxEntrySize || raw.entry_size % sizeof(RawEntry) != 0) {
    return CorruptError("GPT header: bad number or size of entries");
  }
  return GptHeader{raw.entries_lba, raw.entry_count, raw.entry_size, raw.entries_crc};
}

Result<std::vector<GptPartition>> DecodeGptEntries(const GptHeader& header, ByteSpan bytes) {
  if (bytes.size() != uint64_t{header.entry_count} * header.entry_size) return CorruptError("GPT entries: truncated");
  if (Crc32(bytes) != header.entries_crc) return CorruptError("GPT entries: checksum does not match");
  std::vector<GptPartition> partitions;
  for (uint32_t i = 0; i < header.entry_count; ++i) {
    const ByteSpan entry = bytes.subspan(size_t{i} * header.entry_size);
    ASSIGN_OR_RETURN(const RawEntry raw, ReadStruct<RawEntry>(entry, "GPT entry"));
    if (!IsZero(raw.type)) partitions.push_back({i + 1, GuidText(raw.guid), LabelText(raw.label)});
  }
  return partitions;
}

}  // namespace hallmark::guest
