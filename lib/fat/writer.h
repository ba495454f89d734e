// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"

namespace hallmark {

struct Fat32Options {
  uint64_t size = 0;          ///< bytes, a multiple of 512
  uint64_t start = 0;         ///< offset on its disk in bytes: some firmware checks the "hidden sectors"
  uint32_t serial = 0;        ///< volume serial number
  std::string label = "ESP";  ///< at most 11 characters: letters, digits, '_', '-', blanks
};

/// Writes a tree as a FAT32 filesystem, front to back: every file is contiguous, in the order of the tree, and nothing
/// in it depends on the builder. Owners, permissions and extended attributes have no place in FAT and are left out;
/// times are kept to two seconds, in UTC. kUsage names what FAT can't hold (names, links, devices, files of 4 GiB, two
/// names that differ in case only) or the option that is wrong. kNoSpace says how much is missing.
Result<void> WriteFat32(const FileTree& tree, const Fat32Options& options, Sink& sink);

}  // namespace hallmark
