// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/guid.h"
#include "lib/base/result.h"

namespace hallmark {

// GUID partition tables of disks with sectors of 512 bytes (UEFI specification 2.10, chapter 5).

struct GptPartition {
  uint32_t number = 0;  ///< 1 to 128: its place in the table
  uint64_t start = 0;   ///< bytes
  uint64_t size = 0;    ///< bytes
  Guid type{};
  Guid guid{};
  uint64_t attributes = 0;
  std::string name;  ///< UTF-8, at most 36 UTF-16 units

  bool operator==(const GptPartition&) const = default;
};

struct Gpt {
  Guid guid{};
  uint64_t disk_size = 0;                ///< bytes
  std::vector<GptPartition> partitions;  ///< by number

  bool operator==(const Gpt&) const = default;
};

/// The two copies as they lie on the disk.
struct GptImage {
  ByteVector primary;  ///< from the first byte of the disk: protective MBR, header, entries; 34 sectors
  ByteVector backup;   ///< up to the last byte: entries, header; 33 sectors
};
constexpr uint64_t kGptPrimarySize = uint64_t{34} * 512;
constexpr uint64_t kGptBackupSize = uint64_t{33} * 512;

/// kUsage if partitions overlap, have no whole sectors or lie where the tables are.
Result<GptImage> FormatGpt(const Gpt& gpt);

/// Reads the primary table. kCorrupt if it, the protective MBR or the backup is damaged or they disagree: an image has
/// both copies, whole.
Result<Gpt> ReadGpt(const File& disk);

}  // namespace hallmark
