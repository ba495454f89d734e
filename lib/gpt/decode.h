// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/guid.h"
#include "lib/base/result.h"

// The one decoder of GUID partition tables. What follows from it is for those who read: lib/gpt/reader.h takes both
// copies or either, signing/bundle/disk_reader.h the primary of a bundle's image.

namespace hallmark {

/// What a GPT header says.
struct GptHeader {
  uint64_t other_lba = 0;
  uint64_t first_usable_lba = 0;
  uint64_t last_usable_lba = 0;
  Guid disk_guid{};
  uint64_t entries_lba = 0;
  uint32_t entry_count = 0;  ///< 1 to 1024
  uint32_t entry_size = 0;   ///< bytes, 128 to 4096
  uint32_t entries_crc = 0;
  uint32_t header_size = 0;  ///< bytes, 92 to the size of a sector

  /// Bytes that the array of entries takes: at most 4 MiB.
  [[nodiscard]] uint64_t EntriesSize() const { return uint64_t{entry_count} * entry_size; }
};

/// An entry in use.
struct GptEntry {
  uint32_t number = 0;  ///< from 1: its place in the array
  Guid type{};
  Guid guid{};
  uint64_t first_lba = 0;
  uint64_t last_lba = 0;  ///< inclusive
  uint64_t attributes = 0;
  std::u16string name;  ///< as it is stored, which may not be UTF-16

  bool operator==(const GptEntry&) const = default;
};

/// Bytes of a disk's start that LooksLikeGpt() takes.
constexpr size_t kGptProbeSize = 512 + 8;
/// True if `start`, the first bytes of a disk with sectors of 512 bytes, holds the signature of a GPT header. Whether
/// the table is sound is for the readers to say.
bool LooksLikeGpt(ByteSpan start);

/// Decodes the header in sector `lba` of a disk: 1, or the last one. `sector` is that whole sector. kCorrupt, in this
/// order: truncated, no signature, unknown revision, impossible size, wrong checksum, another place than it says, a
/// number or size of entries out of range.
Result<GptHeader> DecodeGptHeader(ByteSpan sector, uint64_t lba);

/// Decodes the entries in use. `bytes` are header.EntriesSize() bytes. kCorrupt if they are not, or if their checksum
/// is not the header's. Where the partitions lie is not checked.
Result<std::vector<GptEntry>> DecodeGptEntries(const GptHeader& header, ByteSpan bytes);

}  // namespace hallmark
