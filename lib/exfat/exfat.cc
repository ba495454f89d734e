// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/exfat.h"

namespace hallmark {

std::string_view ExfatStructureName(ExfatStructure structure) {
  switch (structure) {
    case ExfatStructure::kBootSector:
      return "boot sector";
    case ExfatStructure::kBootRegion:
      return "boot region";
    case ExfatStructure::kBootChecksum:
      return "boot checksum";
    case ExfatStructure::kBackupBootRegion:
      return "backup boot region";
    case ExfatStructure::kFat:
      return "FAT";
    case ExfatStructure::kBitmap:
      return "allocation bitmap";
    case ExfatStructure::kUpcaseTable:
      return "up-case table";
    case ExfatStructure::kDirectory:
      return "directory";
    case ExfatStructure::kEntrySet:
      return "directory entry set";
    case ExfatStructure::kName:
      return "file name";
    case ExfatStructure::kUnused:
      return "unused space";
  }
  return "";
}

}  // namespace hallmark
