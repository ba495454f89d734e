// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "lib/base/result.h"

namespace hallmark::guest {

struct DiskUsage {
  uint64_t bytes = 0;  ///< disk space in whole blocks; a file with several names counts once
  uint64_t files = 0;  ///< including directories and links
};

/// What a directory and everything in it uses. Stays on its filesystem and follows no link. What disappears meanwhile
/// does not count. An error if something can't be read.
Result<DiskUsage> MeasureUsage(const std::filesystem::path& directory);

struct DiskSpace {
  uint64_t total = 0;       ///< bytes
  uint64_t free = 0;        ///< bytes that anybody may use
  uint64_t free_files = 0;  ///< inodes
};
/// The space of the filesystem that holds `directory`. kNotFound if it does not exist, kIo if the filesystem can't be
/// asked.
Result<DiskSpace> MeasureSpace(const std::filesystem::path& directory);

}  // namespace hallmark::guest
