// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/base/boot_sector.h"
#include "lib/base/endian.h"

// FAT32 as stored on disk: "FAT: General Overview of On-Disk Format", Microsoft, version 1.03; here with sectors of 512
// bytes. Numbers are little-endian. The number beside a field is its offset in bytes.

namespace hallmark {

constexpr uint64_t kFatSector = 512;
constexpr uint32_t kFatReservedSectors = 32;
constexpr uint32_t kFatCopies = 2;
constexpr uint32_t kFatRootCluster = 2;      ///< the number of the first cluster
constexpr uint32_t kFatMinClusters = 65525;  ///< with fewer, readers take it for FAT16
constexpr uint32_t kFatMaxClusters = 0x0ffffff5 - 2;
constexpr uint32_t kFatEntryMask = 0x0fffffff;  ///< the upper four bits of an entry are reserved
constexpr uint32_t kFatEndOfChain = 0x0fffffff;
constexpr uint32_t kFatMinEnd = 0x0ffffff8;  ///< every value from here on ends a chain
constexpr uint8_t kFatMedia = 0xf8;          ///< a fixed disk
constexpr std::array<char, 8> kFat32Type = {'F', 'A', 'T', '3', '2', ' ', ' ', ' '};

struct FatBootSector {
  std::array<uint8_t, 3> jump = {0xeb, 0x58, 0x90};                    // 0: to `code`
  std::array<char, 8> oem = {'M', 'S', 'W', 'I', 'N', '4', '.', '1'};  // 3: required by old readers
  Le16 bytes_per_sector = kFatSector;                                  // 11: 512, 1024, 2048 or 4096; here 512
  uint8_t sectors_per_cluster = 1;                                     // 13: a power of two from 1 to 128
  Le16 reserved_sectors = kFatReservedSectors;                         // 14: before the first FAT, not 0
  uint8_t fats = kFatCopies;                                           // 16: not 0
  Le16 root_entries = 0;                                               // 17: 0
  Le16 sectors16 = 0;                                                  // 19: 0
  uint8_t media = kFatMedia;                                           // 21: 0xf0, or 0xf8 to 0xff
  Le16 fat_sectors16 = 0;                                              // 22: 0
  Le16 sectors_per_track = 63;                                         // 24
  Le16 heads = 255;                                                    // 26
  Le32 hidden_sectors = 0;                                             // 28: before the filesystem on its disk
  Le32 sectors = 0;                                                    // 32: not 0
  Le32 fat_sectors = 0;                                                // 36: of one FAT, not 0
  Le16 flags = 0;                                                      // 40: 0, all FATs are equal
  Le16 version = 0;                                                    // 42: 0
  Le32 root_cluster = kFatRootCluster;                                 // 44: 2 to the last cluster
  Le16 info_sector = 1;                                                // 48: of FatInfoSector
  Le16 backup_sector = 6;                                              // 50: of the copy of the first three sectors
  std::array<uint8_t, 12> reserved{};                                  // 52: 0
  uint8_t drive = 0x80;                                                // 64: of the BIOS
  uint8_t reserved1 = 0;                                               // 65: 0
  uint8_t signature = 0x29;                                            // 66: the next three fields are valid
  Le32 serial = 0;                                                     // 67
  std::array<char, 11> label{};                                        // 71: filled up with blanks
  std::array<char, 8> type = kFat32Type;                               // 82
  std::array<uint8_t, 420> code{};                                     // 90
  std::array<uint8_t, 2> end = kBootSignature;                         // 510
};
static_assert(sizeof(FatBootSector) == kFatSector && alignof(FatBootSector) == 1);
static_assert(offsetof(FatBootSector, sectors) == 32 && offsetof(FatBootSector, root_cluster) == 44);
static_assert(offsetof(FatBootSector, type) == 82 && offsetof(FatBootSector, end) == kBootSignatureOffset);

struct FatInfoSector {
  Le32 lead = 0x41615252;                       // 0
  std::array<uint8_t, 480> reserved{};          // 4: 0
  Le32 signature = 0x61417272;                  // 484
  Le32 free_clusters = 0;                       // 488: 0xffffffff: unknown
  Le32 next_free = 0;                           // 492: where to search first, 0xffffffff: unknown
  std::array<uint8_t, 12> reserved1{};          // 496: 0
  std::array<uint8_t, 2> trail{};               // 508: 0
  std::array<uint8_t, 2> end = kBootSignature;  // 510
};
static_assert(sizeof(FatInfoSector) == kFatSector && alignof(FatInfoSector) == 1);
static_assert(offsetof(FatInfoSector, signature) == 484);

// Attributes of a directory entry.
constexpr uint8_t kFatVolumeLabel = 0x08;
constexpr uint8_t kFatDirectory = 0x10;
constexpr uint8_t kFatArchive = 0x20;
constexpr uint8_t kFatLongName = 0x0f;
// In case_flags: parts of a short name that stand for small letters. Not in the specification; Windows NT and every
// later driver write them.
constexpr uint8_t kFatLowercaseBase = 0x08;
constexpr uint8_t kFatLowercaseExtension = 0x10;

using FatShortName = std::array<char, 11>;
constexpr char kFatFreeEntry = '\xe5';  ///< in the first byte of a name; a zero there ends the directory

struct FatDirectoryEntry {
  FatShortName name{};         // 0: eight and three characters, each filled up with blanks
  uint8_t attributes = 0;      // 11
  uint8_t case_flags = 0;      // 12
  uint8_t created_tenths = 0;  // 13: of a second, 0 to 199
  Le16 created_time = 0;       // 14: see DosTime, as the others
  Le16 created_date = 0;       // 16
  Le16 accessed_date = 0;      // 18
  Le16 cluster_high = 0;       // 20: of the first cluster; 0 if the file is empty, or for ".." of the root
  Le16 modified_time = 0;      // 22
  Le16 modified_date = 0;      // 24
  Le16 cluster_low = 0;        // 26
  Le32 size = 0;               // 28: bytes; 0 in a directory
};
static_assert(sizeof(FatDirectoryEntry) == 32 && alignof(FatDirectoryEntry) == 1);
static_assert(offsetof(FatDirectoryEntry, cluster_high) == 20 && offsetof(FatDirectoryEntry, size) == 28);

constexpr size_t kFatLongNameUnits = 13;  ///< of UTF-16, in one entry
constexpr uint8_t kFatLastLongEntry = 0x40;
constexpr uint8_t kFatLongOrderMask = 0x3f;

struct FatLongEntry {
  uint8_t order = 0;                  // 0: from 1; the last part has kFatLastLongEntry and comes first
  std::array<Le16, 5> units1{};       // 1: after the name one zero, then ones
  uint8_t attributes = kFatLongName;  // 11
  uint8_t type = 0;                   // 12: 0
  uint8_t checksum = 0;               // 13: FatNameChecksum() of the short name that follows
  std::array<Le16, 6> units2{};       // 14
  Le16 cluster = 0;                   // 26: 0
  std::array<Le16, 2> units3{};       // 28

  /// The UTF-16 unit `i`, from 0 to kFatLongNameUnits - 1, of the part of the name in this entry.
  [[nodiscard]] uint16_t unit(size_t i) const { return i < 5 ? units1[i] : i < 11 ? units2[i - 5] : units3[i - 11]; }
  void set_unit(size_t i, uint16_t value) { (i < 5 ? units1[i] : i < 11 ? units2[i - 5] : units3[i - 11]) = value; }
};
static_assert(sizeof(FatLongEntry) == 32 && alignof(FatLongEntry) == 1);
static_assert(offsetof(FatLongEntry, attributes) == offsetof(FatDirectoryEntry, attributes));

/// The checksum of a short name. The long entries of the same file carry it.
constexpr uint8_t FatNameChecksum(const FatShortName& name) {
  uint8_t sum = 0;
  for (const char c : name) sum = static_cast<uint8_t>((sum >> 1 | sum << 7) + static_cast<uint8_t>(c));
  return sum;
}

}  // namespace hallmark
