// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/guid.h"
#include "lib/base/result.h"

// The only decoder of GUID partition tables. The readers decide what to accept: lib/gpt/reader.h takes both copies or
// either one, signing/bundle/disk_reader.h the primary copy of a bundle's image.

namespace hallmark {

/// The fields of a GPT header.
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

  /// Size of the array of entries in bytes: at most 4 MiB.
  [[nodiscard]] uint64_t EntriesSize() const { return uint64_t{entry_count} * entry_size; }
};

/// An entry in use.
struct GptEntry {
  uint32_t number = 0;  ///< its place in the array, from 1
  Guid type{};
  Guid guid{};
  uint64_t first_lba = 0;
  uint64_t last_lba = 0;  ///< inclusive
  uint64_t attributes = 0;
  std::u16string name;  ///< as stored, which may not be valid UTF-16

  bool operator==(const GptEntry&) const = default;
};

/// Number of first bytes of a disk that LooksLikeGpt() reads.
constexpr size_t kGptProbeSize = 512 + 8;
/// True if `start`, the first bytes of a disk with sectors of 512 bytes, holds the signature of a GPT header. The
/// readers check whether the table is valid.
bool LooksLikeGpt(ByteSpan start);

/// Decodes the header in sector `lba` of a disk: 1, or the last one. `sector` is that whole sector. kCorrupt, in this
/// order: truncated, no signature, unknown revision, impossible size, wrong checksum, not in the sector that it names,
/// number or size of entries out of range.
Result<GptHeader> DecodeGptHeader(ByteSpan sector, uint64_t lba);

/// Decodes the entries in use. kCorrupt unless `bytes` has header.EntriesSize() bytes and the checksum of the header.
/// Where the partitions lie is not checked.
Result<std::vector<GptEntry>> DecodeGptEntries(const GptHeader& header, ByteSpan bytes);

}  // namespace hallmark
