// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/base/boot_sector.h"
#include "lib/base/endian.h"

// exFAT as stored on disk: "exFAT file system specification", Microsoft, revision 1.00. Numbers are little-endian.
// The number beside a field is its offset in bytes. Offsets and sizes in the boot sector count sectors.

namespace hallmark {

constexpr std::array<char, 8> kExfatName = {'E', 'X', 'F', 'A', 'T', ' ', ' ', ' '};
constexpr uint32_t kExfatFirstCluster = 2;
constexpr uint32_t kExfatMaxClusters = 0xfffffff5;  ///< 2^32 - 11
constexpr uint32_t kExfatMedia = 0xfffffff8;        ///< FAT entry 0; entry 1 is kExfatEndOfChain
constexpr uint32_t kExfatBadCluster = 0xfffffff7;   ///< as an entry of the FAT
constexpr uint32_t kExfatEndOfChain = 0xffffffff;   ///< as an entry of the FAT
constexpr uint64_t kExfatMinSize = 1 << 20;         ///< bytes
constexpr uint32_t kExfatBootSectors = 12;          ///< in a boot region, of which there are two
constexpr uint8_t kExfatMinSectorShift = 9;
constexpr uint8_t kExfatMaxSectorShift = 12;
constexpr uint8_t kExfatMaxClusterBytesShift = 25;  ///< clusters of 32 MiB
constexpr uint32_t kExfatMinFatOffset = 24;         ///< sectors
constexpr uint64_t kExfatMaxDirectory = 256 << 20;  ///< bytes
constexpr size_t kExfatMaxName = 255;               ///< units of UTF-16
constexpr size_t kExfatMaxPath = 4095;              ///< bytes: PATH_MAX, so that every file can be opened

struct ExfatBootSector {
  std::array<uint8_t, 3> jump = {0xeb, 0x76, 0x90};  // 0: to `code`
  std::array<char, 8> name = kExfatName;             // 3
  std::array<uint8_t, 53> zero{};               // 11: 0 where FAT has its own fields, so that nobody takes this for FAT
  Le64 partition_offset = 0;                    // 64: sectors; 0: unknown
  Le64 volume_length = 0;                       // 72: sectors, at least 1 MiB
  Le32 fat_offset = 0;                          // 80: from kExfatMinFatOffset on
  Le32 fat_length = 0;                          // 84: of one FAT, room for cluster_count + 2 entries
  Le32 heap_offset = 0;                         // 88: start of cluster 2, behind the FATs
  Le32 cluster_count = 0;                       // 92: 1 to kExfatMaxClusters
  Le32 root_cluster = 0;                        // 96: 2 to cluster_count + 1
  Le32 serial = 0;                              // 100
  Le16 revision = 0x0100;                       // 104: 1.00 to 1.99
  Le16 flags = 0;                               // 106: not in the checksum
  uint8_t sector_shift = kExfatMinSectorShift;  // 108: 9 to 12
  uint8_t cluster_shift = 0;                    // 109: in sectors, 0 to 25 - sector_shift
  uint8_t fats = 1;                             // 110: 1; 2 with TexFAT
  uint8_t drive = 0x80;                         // 111: of the BIOS
  uint8_t percent_in_use = 0;                   // 112: 0 to 100, or 255: unknown; not in the checksum
  std::array<uint8_t, 7> reserved{};            // 113: 0
  std::array<uint8_t, 390> code = HaltInstructions();  // 120
  std::array<uint8_t, 2> end = kBootSignature;         // 510

 private:
  /// Code for a volume that does not boot: it halts the CPU.
  static constexpr std::array<uint8_t, 390> HaltInstructions() {
    std::array<uint8_t, 390> halt{};
    halt.fill(0xf4);
    return halt;
  }
};
static_assert(sizeof(ExfatBootSector) == 512 && alignof(ExfatBootSector) == 1);
static_assert(offsetof(ExfatBootSector, partition_offset) == 64 && offsetof(ExfatBootSector, root_cluster) == 96);
static_assert(offsetof(ExfatBootSector, sector_shift) == 108 && offsetof(ExfatBootSector, end) == kBootSignatureOffset);
constexpr uint16_t kExfatSecondFatActive = 0x0001;  ///< in flags
/// Bytes of the boot sector that change in use, so that no checksum covers them: flags and percent_in_use.
constexpr std::array<size_t, 3> kExfatVolatileBytes = {106, 107, 112};
static_assert(offsetof(ExfatBootSector, flags) == 106 && offsetof(ExfatBootSector, percent_in_use) == 112);

// Types of directory entries. Bit 7: in use; bit 6: secondary, belongs to the primary before it; bit 5: benign, a
// reader that does not know the type ignores the entry.
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

// Flags of entries that may own clusters.
constexpr uint8_t kExfatAllocationPossible = 0x01;
constexpr uint8_t kExfatContiguous = 0x02;  ///< "NoFatChain": the clusters follow each other; the FAT is not used

/// A directory entry of any type, for types that we do not know: the generic templates of the specification.
struct ExfatEntry {
  uint8_t type = kExfatEndOfDirectory;  // 0
  uint8_t secondary_count = 0;          // 1: of a primary; a secondary has its flags here
  Le16 set_checksum = 0;                // 2: of a primary
  Le16 primary_flags = 0;               // 4: of a benign primary
  std::array<uint8_t, 14> custom{};     // 6
  Le32 first_cluster = 0;               // 20: 0: none
  Le64 length = 0;                      // 24: bytes
};
static_assert(sizeof(ExfatEntry) == 32 && alignof(ExfatEntry) == 1 && offsetof(ExfatEntry, first_cluster) == 20);

struct ExfatBitmapEntry {
  uint8_t type = kExfatBitmapEntry;    // 0
  uint8_t flags = 0;                   // 1: bit 0: of the second FAT
  std::array<uint8_t, 18> reserved{};  // 2: 0
  Le32 first_cluster = 0;              // 20
  Le64 length = 0;                     // 24: bytes, one bit for each cluster
};
static_assert(sizeof(ExfatBitmapEntry) == 32 && offsetof(ExfatBitmapEntry, first_cluster) == 20);

struct ExfatUpcaseEntry {
  uint8_t type = kExfatUpcaseEntry;     // 0
  std::array<uint8_t, 3> reserved{};    // 1: 0
  Le32 checksum = 0;                    // 4: of the table
  std::array<uint8_t, 12> reserved1{};  // 8: 0
  Le32 first_cluster = 0;               // 20
  Le64 length = 0;                      // 24: bytes
};
static_assert(sizeof(ExfatUpcaseEntry) == 32 && offsetof(ExfatUpcaseEntry, first_cluster) == 20);

constexpr size_t kExfatMaxLabel = 11;  ///< units of UTF-16

struct ExfatLabelEntry {
  uint8_t type = kExfatLabelEntry;           // 0
  uint8_t length = 0;                        // 1: units of UTF-16, 0 to kExfatMaxLabel
  std::array<Le16, kExfatMaxLabel> label{};  // 2
  std::array<uint8_t, 8> reserved{};         // 24: 0
};
static_assert(sizeof(ExfatLabelEntry) == 32 && offsetof(ExfatLabelEntry, reserved) == 24);

// Attributes, as in FAT.
constexpr uint16_t kExfatDirectory = 0x10;
constexpr uint16_t kExfatArchive = 0x20;

struct ExfatFileEntry {
  uint8_t type = kExfatFileEntry;      // 0
  uint8_t secondary_count = 0;         // 1: entries of the set that follow, 2 to 18 without benign ones
  Le16 set_checksum = 0;               // 2: of the whole set
  Le16 attributes = 0;                 // 4
  Le16 reserved = 0;                   // 6: 0
  Le32 created = 0;                    // 8: see ExfatTime, as the others
  Le32 modified = 0;                   // 12
  Le32 accessed = 0;                   // 16
  uint8_t created_10ms = 0;            // 20: 0 to 199
  uint8_t modified_10ms = 0;           // 21: 0 to 199
  uint8_t created_offset = 0;          // 22
  uint8_t modified_offset = 0;         // 23
  uint8_t accessed_offset = 0;         // 24
  std::array<uint8_t, 7> reserved1{};  // 25: 0
};
static_assert(sizeof(ExfatFileEntry) == 32 && offsetof(ExfatFileEntry, created_10ms) == 20);

struct ExfatStreamEntry {
  uint8_t type = kExfatStreamEntry;  // 0
  uint8_t flags = 0;                 // 1: kExfatAllocationPossible, kExfatContiguous
  uint8_t reserved = 0;              // 2: 0
  uint8_t name_length = 0;           // 3: units of UTF-16, 1 to kExfatMaxName
  Le16 name_hash = 0;                // 4: of the name in capitals
  Le16 reserved1 = 0;                // 6: 0
  Le64 valid_length = 0;             // 8: bytes, 0 to length; zeros follow
  Le32 reserved2 = 0;                // 16: 0
  Le32 first_cluster = 0;            // 20: 0: none
  Le64 length = 0;                   // 24: bytes
};
static_assert(sizeof(ExfatStreamEntry) == 32 && offsetof(ExfatStreamEntry, valid_length) == 8);
static_assert(offsetof(ExfatStreamEntry, first_cluster) == offsetof(ExfatEntry, first_cluster));

constexpr size_t kExfatNameUnits = 15;  ///< of UTF-16, in one entry

struct ExfatNameEntry {
  uint8_t type = kExfatNameEntry;             // 0
  uint8_t flags = 0;                          // 1: 0
  std::array<Le16, kExfatNameUnits> units{};  // 2: zeros behind the name
};
static_assert(sizeof(ExfatNameEntry) == 32 && offsetof(ExfatNameEntry, units) == 2);

}  // namespace hallmark
