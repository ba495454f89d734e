// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

// The index at the end of a seekable zstd file: a skippable frame, which decompressors ignore ("Zstandard Seekable
// Format", version 0.1.1, in the contrib directory of zstd's source).

/// One frame: its sizes in bytes.
struct SeekEntry {
  uint32_t compressed = 0;
  uint32_t raw = 0;
  bool operator==(const SeekEntry&) const = default;
};

/// The skippable frame with the index of `frames`. kUsage if there are more frames than the format allows.
Result<ByteVector> FormatSeekTable(const std::vector<SeekEntry>& frames);

/// Parses a whole skippable frame. kCorrupt if it does not follow the format. The optional checksums are ignored: they
/// do not protect against an attacker.
Result<std::vector<SeekEntry>> ParseSeekTable(ByteSpan frame);

/// Reads the table at the end of a file. kCorrupt unless the frames in it fill the rest of the file exactly.
Result<std::vector<SeekEntry>> ReadSeekTable(const File& file);

}  // namespace hallmark
