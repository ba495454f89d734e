// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"
#include "lib/exfat/exfat.h"

namespace hallmark {

/// The default size of an exFAT filesystem: 10 MiB (10 million bytes are not a whole number of sectors).
constexpr uint64_t kExfatDefaultSize = 10'485'760;

struct ExfatOptions {
  uint64_t size = kExfatDefaultSize;  ///< bytes, a multiple of 512, at least 1 MiB
  uint64_t start = 0;                 ///< offset on its disk in bytes ("partition offset")
  uint32_t serial = 0;                ///< volume serial number
  std::string label;                  ///< at most 11 units of UTF-16; may be empty
};

/// Writes a tree as an exFAT filesystem, front to back: every file and directory is contiguous, in the order of the
/// tree, and nothing in it depends on the builder. Owners, permissions and extended attributes have no place in exFAT
/// and are left out; times are kept to 10 ms, in UTC. kUsage names what exFAT can't hold: names, links, devices, two
/// names that differ in case only; kNoSpace says how much is missing.
Result<void> WriteExfat(const FileTree& tree, const ExfatOptions& options, Sink& sink);

/// Takes an exFAT filesystem front to back, piece by piece, and for each piece the structure that it belongs to.
class ExfatOutput {
 public:
  virtual ~ExfatOutput() = default;
  /// Takes the next `bytes`, a part of `structure`.
  virtual Result<void> Put(ExfatStructure structure, ByteSpan bytes) = 0;
  /// Takes `length` zero bytes, a part of `structure`.
  virtual Result<void> PutZeros(ExfatStructure structure, uint64_t length) = 0;
  /// Takes the content of a file: `inode.size` bytes.
  virtual Result<void> PutContent(const FileTree::Inode& inode) = 0;
};

/// The cluster size in bytes of a filesystem of `size` bytes: the default of Windows (Microsoft support article 140365,
/// "Default cluster size for NTFS, FAT, and exFAT"). Volumes that are too small for Windows get the smallest cluster.
uint32_t ExfatClusterSize(uint64_t size);

/// WriteExfat() to an output that learns the structure of each piece. A directory comes in one piece, as kDirectory.
Result<void> WriteExfatTo(const FileTree& tree, const ExfatOptions& options, ExfatOutput& output);

}  // namespace hallmark
