// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/image_chunks.h"

#include <algorithm>
#include <utility>

namespace hallmark {
namespace {

// Bytes are hashed while they are still in the second-level cache.
constexpr uint64_t kReadSize = 128 << 10;

}  // namespace

Result<ImageChunks> ImageChunks::Open(const File& image, const ChunkTable& table) {
  ASSIGN_OR_RETURN(std::vector<DataRange> data, DataRanges(image));
  return ImageChunks(image, table, std::move(data));
}

bool ImageChunks::IsHole(size_t index) const {
  const uint64_t begin = table_.RawOffset(index);
  const auto range = std::partition_point(data_.begin(), data_.end(),
                                          [&](const DataRange& data) { return data.offset + data.length <= begin; });
  return range == data_.end() || range->offset >= begin + table_.RawSize(index);
}

Result<bool> ImageChunks::Holds(size_t index) const {
  const ChunkTable::Chunk& chunk = table_.chunks[index];
  if (chunk.zero && IsHole(index)) return true;
  Sha256Hasher hasher;
  ByteVector buffer(kReadSize);
  const uint64_t end = table_.RawOffset(index) + table_.RawSize(index);
  for (uint64_t offset = table_.RawOffset(index); offset < end;) {
    const MutableByteSpan part = MutableByteSpan(buffer).first(std::min(kReadSize, end - offset));
    RETURN_IF_ERROR(image_.ReadAt(offset, part));
    if (!chunk.zero) {
      hasher.Update(part);
    } else if (!IsZero(part)) {
      return false;
    }
    offset += part.size();
  }
  return chunk.zero || hasher.Finish() == chunk.raw_sha256;
}

}  // namespace hallmark
