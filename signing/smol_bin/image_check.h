// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/smol_bin/smol_bin.h"

// Verifies a smol-bin as an image: exFAT, without a partition table.

namespace hallmark {

/// Where the members of an image go while they are checked. Null: nowhere.
class SmolBinOutput {
 public:
  virtual ~SmolBinOutput() = default;
  /// An empty file for a file of the image; `mode` are its permissions.
  virtual Result<const File*> NewFile(const std::string& name, uint32_t mode) = 0;
};

/// Checks an image: that it is to the last bit the filesystem that belongs to its files, then all that
/// VerifySmolBinDirectory checks. With `output`, all five files are written there on the way: they are good only if the
/// report is.
Result<SmolBinReport> VerifySmolBinImage(const File& image, const Trust& trust, const SmolBinRequirements& requirements,
                                         SmolBinOutput* output = nullptr);

/// What an image says of itself; nothing of it is verified but that the filesystem is sound. kCorrupt.
struct SmolBinContents {
  struct Entry {
    std::string name;
    uint64_t size = 0;  ///< bytes
  };
  uint64_t size = 0;  ///< bytes of the filesystem
  uint32_t cluster_size = 0;
  std::string label;
  uint32_t serial = 0;
  std::vector<Entry> entries;
  std::string manifest_text;
  std::string envelope_text;
};
Result<SmolBinContents> ReadSmolBinContents(const File& image);

}  // namespace hallmark
