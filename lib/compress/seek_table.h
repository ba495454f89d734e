// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

// The index at the end of a seekable zstd file: a skippable frame, which decompressors pass over ("Zstandard Seekable
// Format", version 0.1.1, in the contrib directory of zstd's source).

/// One frame, by its sizes in bytes.
struct SeekEntry {
  uint32_t compressed = 0;
  uint32_t raw = 0;
  bool operator==(const SeekEntry&) const = default;
};

/// kUsage if there are more frames than the format counts.
Result<ByteVector> FormatSeekTable(const std::vector<SeekEntry>& frames);

/// The whole skippable frame. kCorrupt if anything is not as the format says. Checksums, which are optional, are passed
/// over: they protect nothing from an attacker.
Result<std::vector<SeekEntry>> ParseSeekTable(ByteSpan frame);

/// Reads the table at the end of a file; the frames it tells of fill the rest exactly.
Result<std::vector<SeekEntry>> ReadSeekTable(const File& file);

}  // namespace hallmark
