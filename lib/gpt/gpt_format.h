// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/base/boot_sector.h"
#include "lib/base/endian.h"
#include "lib/base/guid.h"

// GUID partition tables as stored on disk: UEFI specification 2.10, chapter 5 (5.2.3 protective MBR, 5.3.2 header,
// 5.3.3 entries). Numbers are little-endian. The number beside a field is its offset in bytes.

namespace hallmark::gpt {

constexpr std::array<char, 8> kSignature = {'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T'};
constexpr uint32_t kRevision = 0x00010000;
constexpr size_t kNameUnits = 36;  ///< of UTF-16

// The specification sets no limit for either; no real disk has more.
constexpr uint32_t kMaxEntries = 1024;
constexpr uint32_t kMaxEntrySize = 4096;  ///< bytes

struct Header {
  std::array<char, 8> signature = kSignature;  // 0
  Le32 revision = kRevision;                   // 8: 1.0
  Le32 header_size = 92;                       // 12: 92 to the size of a sector
  Le32 header_crc = 0;                         // 16: CRC-32 of the header with this field as 0
  Le32 reserved = 0;                           // 20: 0
  Le64 own_lba = 0;                            // 24: 1; in the backup the last of the disk
  Le64 other_lba = 0;                          // 32: where the other copy's header is
  Le64 first_usable_lba = 0;                   // 40
  Le64 last_usable_lba = 0;                    // 48: inclusive
  Guid disk_guid{};                            // 56: see SwapGuid()
  Le64 entries_lba = 0;                        // 72: 2; in the backup before its header
  Le32 entry_count = 0;                        // 80: 1 to kMaxEntries
  Le32 entry_size = 0;                         // 84: bytes, 128 to kMaxEntrySize, a multiple of 128
  Le32 entries_crc = 0;                        // 88: CRC-32 of all entries, used or not
};
static_assert(sizeof(Header) == 92 && alignof(Header) == 1);
static_assert(offsetof(Header, header_crc) == 16 && offsetof(Header, disk_guid) == 56);
static_assert(offsetof(Header, entries_lba) == 72 && offsetof(Header, entries_crc) == 88);

struct Entry {
  Guid type{};                          // 0: see SwapGuid(); all zero in an unused entry
  Guid guid{};                          // 16: see SwapGuid()
  Le64 first_lba = 0;                   // 32: from the header's first_usable_lba on
  Le64 last_lba = 0;                    // 40: inclusive, from first_lba to the header's last_usable_lba
  Le64 attributes = 0;                  // 48
  std::array<Le16, kNameUnits> name{};  // 56: UTF-16, ended by 0 if shorter
};
static_assert(sizeof(Entry) == 128 && alignof(Entry) == 1);
static_assert(offsetof(Entry, first_lba) == 32 && offsetof(Entry, name) == 56);

// The first sector of the disk, for tools that do not know GPT: one partition that covers the whole disk.

constexpr uint8_t kProtectiveType = 0xee;

struct MbrPartition {
  uint8_t status = 0;                  // 0: 0x80 in an active one
  std::array<uint8_t, 3> first_chs{};  // 1: 0x000200
  uint8_t type = 0;                    // 4: kProtectiveType
  std::array<uint8_t, 3> last_chs{};   // 5: 0xffffff, or the last sector if the field can hold it
  Le32 first_lba = 0;                  // 8: 1
  Le32 sectors = 0;                    // 12: all but the first, or 0xffffffff if there are more
};
static_assert(sizeof(MbrPartition) == 16);

struct Mbr {
  std::array<uint8_t, 446> code{};                    // 0
  std::array<MbrPartition, 4> partitions{};           // 446
  std::array<uint8_t, 2> signature = kBootSignature;  // 510
};
static_assert(sizeof(Mbr) == 512 && alignof(Mbr) == 1);
static_assert(offsetof(Mbr, partitions) == 446 && offsetof(Mbr, signature) == kBootSignatureOffset);

// What this project writes, and what every partitioning tool writes on disks with sectors of 512 bytes.

constexpr uint64_t kSector = 512;  ///< bytes
constexpr uint32_t kEntries = 128;
constexpr uint64_t kEntrySectors = 32;
constexpr uint64_t kFirstUsable = 34;    ///< sectors: MBR, header, entries
constexpr uint64_t kBackupSectors = 33;  ///< entries, header

using EntryTable = std::array<Entry, kEntries>;
static_assert(sizeof(EntryTable) == kEntrySectors * kSector);

}  // namespace hallmark::gpt
