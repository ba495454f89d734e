// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/endian.h"

namespace hallmark {

// FAT32 as it lies on the disk ("FAT: General Overview of On-Disk Format", Microsoft, version 1.03), sectors of 512
// bytes.

constexpr uint64_t kFatSector = 512;
constexpr uint32_t kFatReservedSectors = 32;
constexpr uint32_t kFatCopies = 2;
constexpr uint32_t kFatRootCluster = 2;
constexpr uint32_t kFatLeastClusters = 65525;  // fewer, and readers take it for FAT16
constexpr uint32_t kFatMostClusters = 0x0ffffff5 - 2;
constexpr uint32_t kFatEntryMask = 0x0fffffff;
constexpr uint32_t kFatEndOfChain = 0x0fffffff;
constexpr uint32_t kFatLeastEnd = 0x0ffffff8;
constexpr uint8_t kFatMedia = 0xf8;

struct FatBootSector {
  std::array<uint8_t, 3> jump = {0xeb, 0x58, 0x90};
  std::array<char, 8> oem = {'M', 'S', 'W', 'I', 'N', '4', '.', '1'};  // what old readers insist on
  Le16 bytes_per_sector = kFatSector;
  uint8_t sectors_per_cluster = 1;
  Le16 reserved_sectors = kFatReservedSectors;
  uint8_t fats = kFatCopies;
  Le16 root_entries = 0;
  Le16 sectors16 = 0;
  uint8_t media = kFatMedia;
  Le16 fat_sectors16 = 0;
  Le16 sectors_per_track = 63;
  Le16 heads = 255;
  Le32 hidden_sectors = 0;
  Le32 sectors = 0;
  Le32 fat_sectors = 0;
  Le16 flags = 0;
  Le16 version = 0;
  Le32 root_cluster = kFatRootCluster;
  Le16 info_sector = 1;
  Le16 backup_sector = 6;
  std::array<uint8_t, 12> reserved{};
  uint8_t drive = 0x80;
  uint8_t reserved1 = 0;
  uint8_t signature = 0x29;
  Le32 serial = 0;
  std::array<char, 11> label{};
  std::array<char, 8> type = {'F', 'A', 'T', '3', '2', ' ', ' ', ' '};
  std::array<uint8_t, 420> code{};
  std::array<uint8_t, 2> end = {0x55, 0xaa};
};
static_assert(sizeof(FatBootSector) == kFatSector);

struct FatInfoSector {
  Le32 lead = 0x41615252;
  std::array<uint8_t, 480> reserved{};
  Le32 signature = 0x61417272;
  Le32 free_clusters = 0;
  Le32 next_free = 0;
  std::array<uint8_t, 12> reserved1{};
  Le32 trail = 0xaa550000;
};
static_assert(sizeof(FatInfoSector) == kFatSector);

constexpr uint8_t kFatVolumeLabel = 0x08;
constexpr uint8_t kFatDirectory = 0x10;
constexpr uint8_t kFatArchive = 0x20;
constexpr uint8_t kFatLongName = 0x0f;
// In case_flags: parts of a short name that are meant in small letters. Not in the specification; Windows NT and all
// who came after it write them.
constexpr uint8_t kFatLowercaseBase = 0x08;
constexpr uint8_t kFatLowercaseExtension = 0x10;

using FatShortName = std::array<char, 11>;

struct FatDirectoryEntry {
  FatShortName name{};
  uint8_t attributes = 0;
  uint8_t case_flags = 0;
  uint8_t created_tenths = 0;
  Le16 created_time = 0;
  Le16 created_date = 0;
  Le16 accessed_date = 0;
  Le16 cluster_high = 0;
  Le16 modified_time = 0;
  Le16 modified_date = 0;
  Le16 cluster_low = 0;
  Le32 size = 0;
};
static_assert(sizeof(FatDirectoryEntry) == 32);

constexpr size_t kFatLongNameUnits = 13;  // of UTF-16, in one entry
constexpr uint8_t kFatLastLongEntry = 0x40;

struct FatLongEntry {
  uint8_t order = 0;  ///< from 1; with kFatLastLongEntry on the last part of the name, which comes first
  std::array<Le16, 5> units1{};
  uint8_t attributes = kFatLongName;
  uint8_t type = 0;
  uint8_t checksum = 0;
  std::array<Le16, 6> units2{};
  Le16 cluster = 0;
  std::array<Le16, 2> units3{};

  [[nodiscard]] uint16_t unit(size_t i) const { return i < 5 ? units1[i] : i < 11 ? units2[i - 5] : units3[i - 11]; }
  void set_unit(size_t i, uint16_t value) { (i < 5 ? units1[i] : i < 11 ? units2[i - 5] : units3[i - 11]) = value; }
};
static_assert(sizeof(FatLongEntry) == 32);

/// Of a short name, as the long entries of the same file carry it.
uint8_t FatNameChecksum(const FatShortName& name);

}  // namespace hallmark
