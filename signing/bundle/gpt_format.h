// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/base/endian.h"

// GUID Partition Table, as far as a verifier reads it: UEFI specification 2.10, chapter 5.3. Sectors of 512 bytes.

namespace hallmark::gpt {

constexpr uint64_t kSector = 512;
constexpr uint64_t kFrontSectors = 34;  ///< protective MBR, header, 32 of entries
constexpr uint64_t kBackSectors = 33;   ///< 32 of entries, header
constexpr uint32_t kEntries = 128;
constexpr std::array<uint8_t, 8> kSignature = {'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T'};

struct Header {
  std::array<uint8_t, 8> signature;   // 0
  Le32 revision;                      // 8
  Le32 header_size;                   // 12: 92
  Le32 header_crc32;                  // 16: with this field as 0
  Le32 reserved;                      // 20
  Le64 own_sector;                    // 24: 1
  Le64 other_sector;                  // 32: the image's last
  Le64 first_usable;                  // 40
  Le64 last_usable;                   // 48
  std::array<uint8_t, 16> disk_guid;  // 56: the first three fields little-endian
  Le64 entries_sector;                // 72: 2
  Le32 entry_count;                   // 80: 128
  Le32 entry_size;                    // 84: 128
  Le32 entries_crc32;                 // 88
};
static_assert(sizeof(Header) == 92 && alignof(Header) == 1);

struct Entry {
  std::array<uint8_t, 16> type;  // 0: all zero in an unused entry
  std::array<uint8_t, 16> guid;  // 16
  Le64 first_sector;             // 32
  Le64 last_sector;              // 40: inclusive
  Le64 attributes;               // 48
  std::array<Le16, 36> name;     // 56: UTF-16, ended by 0 if shorter
};
static_assert(sizeof(Entry) == 128 && alignof(Entry) == 1);

}  // namespace hallmark::gpt
