// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// What a GPT header (UEFI specification 2.10, 5.3.2) says about its entries.
struct GptHeader {
  uint64_t entries_lba = 0;
  uint32_t entry_count = 0;  ///< 1 to 1024: the specification has no upper limit, and nobody needs more
  uint32_t entry_size = 0;   ///< bytes, 128 to 4096
  uint32_t entries_crc = 0;
};

struct GptPartition {
  uint32_t number = 0;  ///< from 1
  std::string guid;     ///< in lower case, as PARTUUID= takes it
  std::string label;    ///< UTF-8; what can't be converted becomes "?"
};

/// The header in a disk's sector `lba` (1, or the last one). kCorrupt: bad signature, revision, size, checksum, place.
Result<GptHeader> DecodeGptHeader(ByteSpan sector, uint64_t lba);
/// The used entries. `bytes` is the whole array. kCorrupt if its checksum is not the header's.
Result<std::vector<GptPartition>> DecodeGptEntries(const GptHeader& header, ByteSpan bytes);

/// CRC-32 as GPT uses it (ISO 3309, reflected, polynomial 0xEDB88320).
uint32_t Crc32(ByteSpan bytes);

}  // namespace hallmark::guest
