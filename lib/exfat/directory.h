// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/exfat/exfat_format.h"
#include "lib/exfat/fault.h"
#include "lib/exfat/upcase.h"

namespace hallmark {

/// Clusters that a directory entry claims as its own. Not checked against the filesystem yet.
struct ExfatAllocation {
  uint32_t first = 0;   ///< 0 if it has none
  uint64_t length = 0;  ///< bytes
  bool contiguous = false;
};

/// One file or directory, as its entry set describes it.
struct ExfatFile {
  std::string name;
  bool directory = false;
  Timestamp mtime;
  uint64_t valid_length = 0;  ///< bytes
  ExfatAllocation data;
};

/// The entries of a directory.
struct ExfatDirectory {
  std::vector<ExfatFile> files;
  std::vector<ExfatAllocation> foreign;  ///< clusters of benign entries that we do not know
};

/// What only the root directory holds: the entries that lead to the tables.
struct ExfatRoot {
  std::array<std::optional<ExfatBitmapEntry>, 2> bitmaps;  ///< of the first and the second FAT
  std::optional<ExfatUpcaseEntry> upcase;
  std::string label;
};
/// Finds the tables in the bytes of the root directory. kCorrupt unless there are exactly `fats` bitmaps and one
/// up-case table.
Result<ExfatRoot> ParseExfatRoot(ByteSpan bytes, uint32_t fats, const ExfatFault& fault);

/// Reads the files in the bytes of a directory. kCorrupt unless checksum, hash and bounds of every entry set are right
/// and each name occurs once. `path` is the path of the directory, "" for the root.
Result<ExfatDirectory> ParseExfatDirectory(ByteSpan bytes, const std::string& path, const ExfatUpcaseTable& upcase,
                                           const ExfatFault& fault);

}  // namespace hallmark
