// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/guid.h"

namespace hallmark {

/// A partition of a disk with sectors of 512 bytes.
struct GptPartition {
  uint32_t number = 0;  ///< its place in the table, 1 to 128
  uint64_t start = 0;   ///< bytes
  uint64_t size = 0;    ///< bytes
  Guid type{};          ///< see lib/gpt/partition_types.h
  Guid guid{};
  uint64_t attributes = 0;
  std::string name;  ///< UTF-8, at most 36 UTF-16 units

  bool operator==(const GptPartition&) const = default;
};

/// A GUID partition table, as the writer writes it and the strict reader reads it.
struct Gpt {
  Guid guid{};
  uint64_t disk_size = 0;                ///< bytes
  std::vector<GptPartition> partitions;  ///< by number

  bool operator==(const Gpt&) const = default;
};

/// Bytes of the two copies, at the two ends of a disk with sectors of 512 bytes.
constexpr uint64_t kGptPrimarySize = uint64_t{34} * 512;
constexpr uint64_t kGptBackupSize = uint64_t{33} * 512;

}  // namespace hallmark
