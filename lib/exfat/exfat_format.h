// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/endian.h"
#include "lib/base/file_tree.h"

namespace hallmark {

// exFAT as it lies on the disk ("exFAT file system specification", Microsoft, revision 1.00). Offsets and sizes in the
// boot sector count sectors.

constexpr uint32_t kExfatFirstCluster = 2;
constexpr uint32_t kExfatMostClusters = 0xfffffff5;  // 2^32 - 11
constexpr uint32_t kExfatMedia = 0xfffffff8;         // FAT entry 0; entry 1 is kExfatEndOfChain
constexpr uint32_t kExfatBadCluster = 0xfffffff7;    // as an entry of the FAT
constexpr uint32_t kExfatEndOfChain = 0xffffffff;    // as an entry of the FAT
constexpr uint64_t kExfatLeastSize = 1 << 20;        // bytes
constexpr uint32_t kExfatBootSectors = 12;           // in a boot region, of which there are two
constexpr uint32_t kExfatLeastFatOffset = 24;        // sectors
constexpr uint64_t kExfatMostDirectory = 256 << 20;  // bytes
constexpr size_t kExfatMostName = 255;               // units of UTF-16
constexpr size_t kExfatMostPath = 4095;              // bytes: PATH_MAX, so that what is written can be opened

struct ExfatBootSector {
  std::array<uint8_t, 3> jump = {0xeb, 0x76, 0x90};
  std::array<char, 8> name = {'E', 'X', 'F', 'A', 'T', ' ', ' ', ' '};
  std::array<uint8_t, 53> zero{};  // where FAT has its own description, so that nobody takes this for FAT
  Le64 partition_offset = 0;       // 64: sectors; 0: not known
  Le64 volume_length = 0;          // 72: sectors
  Le32 fat_offset = 0;             // 80: from 24
  Le32 fat_length = 0;             // 84: of one FAT
  Le32 heap_offset = 0;            // 88: where cluster 2 begins
  Le32 cluster_count = 0;          // 92
  Le32 root_cluster = 0;           // 96
  Le32 serial = 0;                 // 100
  Le16 revision = 0x0100;          // 104
  Le16 flags = 0;                  // 106: not in the checksum
  uint8_t sector_shift = 9;        // 108: 9 to 12
  uint8_t cluster_shift = 0;       // 109: in sectors, 0 to 25 - sector_shift
  uint8_t fats = 1;                // 110: 1; 2 with TexFAT
  uint8_t drive = 0x80;            // 111
  uint8_t percent_in_use = 0;      // 112: 0 to 100, or 255: not known; not in the checksum
  std::array<uint8_t, 7> reserved{};
  std::array<uint8_t, 390> code = HaltInstructions();
  std::array<uint8_t, 2> end = {0x55, 0xaa};

 private:
  /// What stands where nothing boots.
  static constexpr std::array<uint8_t, 390> HaltInstructions() {
    std::array<uint8_t, 390> halt{};
    halt.fill(0xf4);
    return halt;
  }
};
static_assert(sizeof(ExfatBootSector) == 512);
constexpr uint16_t kExfatSecondFatActive = 0x0001;  // in flags

// Types of directory entries. Bit 7: in use; bit 6: secondary, belongs to the primary before it; bit 5: benign, who
// does not know it passes over it.
constexpr uint8_t kExfatInUse = 0x80;
constexpr uint8_t kExfatSecondary = 0x40;
constexpr uint8_t kExfatBenign = 0x20;
constexpr uint8_t kExfatEndOfDirectory = 0x00;
constexpr uint8_t kExfatBitmapEntry = 0x81;
constexpr uint8_t kExfatUpcaseEntry = 0x82;
constexpr uint8_t kExfatLabelEntry = 0x83;
constexpr uint8_t kExfatFileEntry = 0x85;
constexpr uint8_t kExfatStreamEntry = 0xc0;
constexpr uint8_t kExfatNameEntry = 0xc1;

// Flags of what may own clusters.
constexpr uint8_t kExfatAllocationPossible = 0x01;
constexpr uint8_t kExfatContiguous = 0x02;  // "NoFatChain": the clusters follow each other, and the FAT has no say

/// A directory entry of a type not known yet: the generic templates.
struct ExfatEntry {
  uint8_t type = kExfatEndOfDirectory;
  uint8_t secondary_count = 0;  // of a primary; a secondary has its flags here
  Le16 set_checksum = 0;        // of a primary
  Le16 primary_flags = 0;       // of a benign primary
  std::array<uint8_t, 14> custom{};
  Le32 first_cluster = 0;  // 20
  Le64 length = 0;         // 24: bytes
};
static_assert(sizeof(ExfatEntry) == 32);

struct ExfatBitmapEntry {
  uint8_t type = kExfatBitmapEntry;
  uint8_t flags = 0;  // bit 0: of the second FAT
  std::array<uint8_t, 18> reserved{};
  Le32 first_cluster = 0;
  Le64 length = 0;
};
static_assert(sizeof(ExfatBitmapEntry) == 32);

struct ExfatUpcaseEntry {
  uint8_t type = kExfatUpcaseEntry;
  std::array<uint8_t, 3> reserved{};
  Le32 checksum = 0;
  std::array<uint8_t, 12> reserved1{};
  Le32 first_cluster = 0;
  Le64 length = 0;
};
static_assert(sizeof(ExfatUpcaseEntry) == 32);

constexpr size_t kExfatMostLabel = 11;  // units of UTF-16

struct ExfatLabelEntry {
  uint8_t type = kExfatLabelEntry;
  uint8_t length = 0;
  std::array<Le16, kExfatMostLabel> label{};
  std::array<uint8_t, 8> reserved{};
};
static_assert(sizeof(ExfatLabelEntry) == 32);

constexpr uint16_t kExfatDirectory = 0x10;  // attributes, as in FAT
constexpr uint16_t kExfatArchive = 0x20;

struct ExfatFileEntry {
  uint8_t type = kExfatFileEntry;
  uint8_t secondary_count = 0;
  Le16 set_checksum = 0;
  Le16 attributes = 0;
  Le16 reserved = 0;
  Le32 created = 0;
  Le32 modified = 0;
  Le32 accessed = 0;
  uint8_t created_10ms = 0;
  uint8_t modified_10ms = 0;
  uint8_t created_offset = 0;
  uint8_t modified_offset = 0;
  uint8_t accessed_offset = 0;
  std::array<uint8_t, 7> reserved1{};
};
static_assert(sizeof(ExfatFileEntry) == 32);

struct ExfatStreamEntry {
  uint8_t type = kExfatStreamEntry;
  uint8_t flags = 0;
  uint8_t reserved = 0;
  uint8_t name_length = 0;  // units of UTF-16
  Le16 name_hash = 0;
  Le16 reserved1 = 0;
  Le64 valid_length = 0;
  Le32 reserved2 = 0;
  Le32 first_cluster = 0;
  Le64 length = 0;
};
static_assert(sizeof(ExfatStreamEntry) == 32);

constexpr size_t kExfatNameUnits = 15;  // of UTF-16, in one entry

struct ExfatNameEntry {
  uint8_t type = kExfatNameEntry;
  uint8_t flags = 0;
  std::array<Le16, kExfatNameUnits> units{};
};
static_assert(sizeof(ExfatNameEntry) == 32);

/// Of the first 11 sectors of a boot region: what sector 12 repeats from end to end.
uint32_t ExfatBootChecksum(ByteSpan sectors);
/// Of an up-case table as it lies on the disk.
uint32_t ExfatTableChecksum(ByteSpan table);
/// Of a primary entry and its secondaries.
uint16_t ExfatSetChecksum(ByteSpan entries);
/// Of a name in capitals.
uint16_t ExfatNameHash(std::u16string_view upcased);

/// A moment to 10 ms, in UTC; times before 1980 and after 2107 become the nearest that can be told.
struct ExfatTime {
  uint32_t stamp = 0;      // date and time as in FAT, to two seconds
  uint8_t hundredths = 0;  // 0 to 199, added to that
  uint8_t offset = kUtc;   // of the local time that these tell from UTC, 7 bits signed, in quarters of an hour
  static constexpr uint8_t kUtc = 0x80;  // bit 7: the offset is known
};
ExfatTime ToExfatTime(Timestamp time);
/// A local time without an offset is taken for UTC.
Timestamp FromExfatTime(ExfatTime time);

/// The first character that no name and no label may hold: control characters and " * / : < > ? \ |.
std::optional<char16_t> ForbiddenInExfat(std::u16string_view name);

}  // namespace hallmark
