// SPDX-License-Identifier: Apache-2.0
#include "lib/gpt/decode.h"

#include <algorithm>

#include "lib/base/crc32.h"
#include "lib/gpt/gpt_format.h"

namespace hallmark {

bool LooksLikeGpt(ByteSpan start) {
  return start.size() >= kGptProbeSize && std::ranges::equal(start.subspan(gpt::kSector, gpt::kSignature.size()),
                                                             AsBytes({gpt::kSignature.data(), gpt::kSignature.size()}));
}

Result<GptHeader> DecodeGptHeader(ByteSpan sector, uint64_t lba) {
  ASSIGN_OR_RETURN(const auto raw, ReadStruct<gpt::Header>(sector, "GPT header"));
  if (raw.signature != gpt::kSignature) return CorruptError("GPT header: no signature");
  if (raw.revision != gpt::kRevision) return CorruptError("GPT header: the revision is not 1.0");
  if (raw.header_size < sizeof raw || raw.header_size > sector.size()) {
    return CorruptError("GPT header: the size is not from 92 bytes to a sector");
  }
  ByteVector bytes(sector.begin(), sector.begin() + raw.header_size);
  std::fill_n(bytes.begin() + offsetof(gpt::Header, header_crc), sizeof raw.header_crc, uint8_t{0});
  if (Crc32(bytes) != raw.header_crc) return CorruptError("GPT header: wrong checksum");
  if (raw.own_lba != lba) {
    return CorruptError("GPT header: says that it is in sector " + std::to_string(raw.own_lba) + " and is in sector " +
                        std::to_string(lba));
  }
  if (raw.entry_count == 0 || raw.entry_count > gpt::kMaxEntries || raw.entry_size < sizeof(gpt::Entry) ||
      raw.entry_size > gpt::kMaxEntrySize || raw.entry_size % sizeof(gpt::Entry) != 0) {
    return CorruptError("GPT header: number or size of the entries out of range");
  }
  return GptHeader{.other_lba = raw.other_lba,
                   .first_usable_lba = raw.first_usable_lba,
                   .last_usable_lba = raw.last_usable_lba,
                   .disk_guid = SwapGuid(raw.disk_guid),
                   .entries_lba = raw.entries_lba,
                   .entry_count = raw.entry_count,
                   .entry_size = raw.entry_size,
                   .entries_crc = raw.entries_crc,
                   .header_size = raw.header_size};
}

Result<std::vector<GptEntry>> DecodeGptEntries(const GptHeader& header, ByteSpan bytes) {
  if (bytes.size() != header.EntriesSize()) return CorruptError("GPT entries: truncated");
  if (Crc32(bytes) != header.entries_crc) return CorruptError("GPT entries: wrong checksum");
  std::vector<GptEntry> entries;
  for (uint32_t i = 0; i < header.entry_count; ++i) {
    ASSIGN_OR_RETURN(const auto raw, ReadStruct<gpt::Entry>(bytes.subspan(size_t{i} * header.entry_size), "GPT entry"));
    if (IsZero(raw.type)) continue;
    GptEntry entry{.number = i + 1,
                   .type = SwapGuid(raw.type),
                   .guid = SwapGuid(raw.guid),
                   .first_lba = raw.first_lba,
                   .last_lba = raw.last_lba,
                   .attributes = raw.attributes};
    for (const uint16_t unit : raw.name) {
      if (unit == 0) break;
      entry.name.push_back(static_cast<char16_t>(unit));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace hallmark
