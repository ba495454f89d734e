// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "lib/base/result.h"

namespace hallmark::guest {

struct DiskUsage {
  uint64_t bytes = 0;  ///< that the disk gives to it: blocks, not lengths; a file of several names counts once
  uint64_t files = 0;  ///< directories and links too
};

/// What a directory and all in it uses, on its own filesystem; links are not followed. What disappears meanwhile does
/// not count, what can't be read is an error.
Result<DiskUsage> MeasureUsage(const std::filesystem::path& directory);

struct DiskSpace {
  uint64_t total = 0;       ///< bytes
  uint64_t free = 0;        ///< bytes that anybody may use
  uint64_t free_files = 0;  ///< inodes
};
/// Of the filesystem that `directory` is on. kNotFound if it does not exist, kIo where it can't be asked.
Result<DiskSpace> MeasureSpace(const std::filesystem::path& directory);

}  // namespace hallmark::guest
