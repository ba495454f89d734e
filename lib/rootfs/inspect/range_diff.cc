// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/inspect/range_diff.h"

#include <algorithm>
#include <cstring>

namespace hallmark {

std::vector<DataRange> MergeRanges(std::vector<DataRange> ranges, uint64_t end) {
  std::sort(ranges.begin(), ranges.end(), [](const DataRange& a, const DataRange& b) { return a.offset < b.offset; });
  std::vector<DataRange> merged;
  for (const DataRange& range : ranges) {
    const uint64_t start = std::min(range.offset, end);
    const uint64_t stop = std::min(end, range.offset + range.length);
    if (start == stop) continue;
    if (!merged.empty() && start <= merged.back().offset + merged.back().length) {
      const uint64_t last = std::max(stop, merged.back().offset + merged.back().length);
      merged.back().length = last - merged.back().offset;
    } else {
      merged.push_back({start, stop - start});
    }
  }
  return merged;
}

Result<void> VisitDifferences(const std::vector<DataRange>& ranges, const ReadBytes& first, const ReadBytes& second,
                              uint64_t block_size, const std::function<bool(uint64_t)>& visit) {
  constexpr uint64_t kStep = uint64_t{1} << 20;
  uint64_t most = 0;  // most calls are for small files and do with small buffers
  for (const DataRange& range : ranges) most = std::max(most, std::min(kStep, range.length));
  ByteVector buffers[2] = {ByteVector(most), ByteVector(most)};
  for (const DataRange& range : ranges) {
    const uint64_t end = range.offset + range.length;
    for (uint64_t at = range.offset; at < end;) {
      const uint64_t length = std::min(kStep - at % kStep, end - at);  // never cuts a block
      const MutableByteSpan a = MutableByteSpan(buffers[0]).first(length);
      const MutableByteSpan b = MutableByteSpan(buffers[1]).first(length);
      RETURN_IF_ERROR(first(at, a));
      RETURN_IF_ERROR(second(at, b));
      for (uint64_t done = 0; done < length && std::memcmp(a.data() + done, b.data() + done, length - done) != 0;) {
        const auto differs =
            std::mismatch(a.begin() + static_cast<ptrdiff_t>(done), a.end(), b.begin() + static_cast<ptrdiff_t>(done));
        const uint64_t place = at + static_cast<uint64_t>(differs.first - a.begin());
        if (!visit(place)) return {};
        done = std::min(length, (place / block_size + 1) * block_size - at);
      }
      at += length;
    }
  }
  return {};
}

}  // namespace hallmark
