// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/smol_bin/smol_bin.h"

// Verifies a smol-bin as an image: exFAT without a partition table.

namespace hallmark {

/// The destination of an image's members while they are checked.
class SmolBinOutput {
 public:
  virtual ~SmolBinOutput() = default;
  /// Makes an empty file for a member, with the permissions `mode`.
  virtual Result<const File*> NewFile(const std::string& name, uint32_t mode) = 0;
};

/// Checks that an image is, to the last bit, the filesystem that its files determine, and then everything that
/// VerifySmolBinDirectory() checks. With `output`, also writes all five files there; they are good only if the report
/// is.
Result<SmolBinReport> VerifySmolBinImage(const File& image, const Trust& trust, const SmolBinRequirements& requirements,
                                         SmolBinOutput* output = nullptr);

/// The content of an image. Nothing of it is verified, except that the filesystem is valid.
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
/// Reads an image. kCorrupt if it is larger than 2 GiB or not a valid exFAT filesystem.
Result<SmolBinContents> ReadSmolBinContents(const File& image);

}  // namespace hallmark
