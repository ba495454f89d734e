// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace hallmark {

/// The parts of an exFAT filesystem. A check names the one that is wrong.
enum class ExfatStructure {
  kBootSector,        ///< the first sector
  kBootRegion,        ///< sectors 1 to 10: extended boot sectors, OEM parameters, reserved
  kBootChecksum,      ///< sector 11
  kBackupBootRegion,  ///< sectors 12 to 23
  kFat,               ///< the file allocation table
  kBitmap,            ///< the allocation bitmap: its content, or the directory entry that describes it
  kUpcaseTable,       ///< the up-case table: its content, or the directory entry that describes it
  kDirectory,         ///< a directory, outside of the entry sets of files
  kEntrySet,          ///< the directory entries of one file or directory
  kName,              ///< the name in an entry set, its length or its hash
  kUnused,            ///< bytes that belong to no structure: between the regions, after a file's end, in free clusters
};
/// "boot sector", "allocation bitmap", ...
std::string_view ExfatStructureName(ExfatStructure structure);

/// What is wrong with a filesystem.
struct ExfatDefect {
  ExfatStructure structure = ExfatStructure::kBootSector;
  std::string reason;  ///< one line, which names neither the file nor the structure
};

}  // namespace hallmark
