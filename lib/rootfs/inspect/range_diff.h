// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// The ranges, sorted, without overlaps, and cut off at `end`.
std::vector<DataRange> MergeRanges(std::vector<DataRange> ranges, uint64_t end);

using ReadBytes = std::function<Result<void>(uint64_t offset, MutableByteSpan buffer)>;
/// Reads `ranges` with both functions and calls `visit` with the offset of the first byte that differs in each block of
/// `block_size` bytes, until `visit` returns false.
Result<void> VisitDifferences(const std::vector<DataRange>& ranges, const ReadBytes& first, const ReadBytes& second,
                              uint64_t block_size, const std::function<bool(uint64_t)>& visit);

}  // namespace hallmark
