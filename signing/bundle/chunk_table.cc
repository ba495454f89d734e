// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/chunk_table.h"

#include <algorithm>
#include <bit>

#include "lib/base/checked.h"
#include "lib/base/endian.h"

namespace hallmark {
namespace {

constexpr std::array<char, 8> kMagic = {'H', 'M', 'C', 'H', 'U', 'N', 'K', 'S'};
constexpr uint32_t kVersion = 1;
constexpr uint32_t kZeroFlag = 1;
// The frame of an incompressible chunk is a little larger than the chunk.
constexpr uint64_t kMaxFrameSize = uint64_t{kMaxChunkSize} + (1 << 20);

struct Header {
  std::array<char, 8> magic = kMagic;
  Le32 version = kVersion;
  Le32 chunk_size;
  Le64 raw_size;
  Le64 compressed_size;
  Le64 chunk_count;
};
static_assert(sizeof(Header) == 40);

struct Record {
  Sha256Digest raw_sha256{};
  Sha256Digest frame_sha256{};
  Le64 frame_offset;
  Le32 frame_size;
  Le32 flags;
};
static_assert(sizeof(Record) == 80);

void Append(ByteVector& bytes, ByteSpan part) { bytes.insert(bytes.end(), part.begin(), part.end()); }

}  // namespace

uint32_t ChunkTable::RawSize(size_t index) const {
  return static_cast<uint32_t>(std::min<uint64_t>(chunk_size, raw_size - RawOffset(index)));
}

ByteVector FormatChunkTable(const ChunkTable& table) {
  Header header;
  header.chunk_size = table.chunk_size;
  header.raw_size = table.raw_size;
  header.compressed_size = table.compressed_size;
  header.chunk_count = table.chunks.size();
  ByteVector bytes;
  bytes.reserve(sizeof header + table.chunks.size() * sizeof(Record));
  Append(bytes, StructBytes(header));
  for (const ChunkTable::Chunk& chunk : table.chunks) {
    Record record;
    record.raw_sha256 = chunk.raw_sha256;
    record.frame_sha256 = chunk.frame_sha256;
    record.frame_offset = chunk.frame_offset;
    record.frame_size = chunk.frame_size;
    record.flags = chunk.zero ? kZeroFlag : 0;
    Append(bytes, StructBytes(record));
  }
  return bytes;
}

Result<ChunkTable> ParseChunkTable(ByteSpan bytes) {
  const auto corrupt = [](std::string_view what) { return CorruptError("chunk table: " + std::string(what)); };
  ASSIGN_OR_RETURN(const Header header, ReadStruct<Header>(bytes, "chunk table"));
  if (header.magic != kMagic) return corrupt("no magic number");
  if (header.version != kVersion) return UnsupportedError("chunk table: of version " + std::to_string(header.version));
  ChunkTable table{
      .raw_size = header.raw_size, .compressed_size = header.compressed_size, .chunk_size = header.chunk_size};
  if (table.chunk_size < kMinChunkSize || table.chunk_size > kMaxChunkSize || !std::has_single_bit(table.chunk_size)) {
    return corrupt("the chunk size is not a power of two from 64 KiB to 64 MiB");
  }
  const uint64_t count = table.raw_size / table.chunk_size + (table.raw_size % table.chunk_size != 0 ? 1 : 0);
  const uint64_t room = (bytes.size() - sizeof header) / sizeof(Record);
  if (header.chunk_count != count || room != count || (bytes.size() - sizeof header) % sizeof(Record) != 0) {
    return corrupt("its length does not fit the image's size");
  }
  table.chunks.reserve(count);
  uint64_t offset = 0;
  for (uint64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const Record record,
                     ReadStruct<Record>(bytes.subspan(sizeof header + i * sizeof(Record)), "chunk table"));
    if (record.frame_offset != offset || record.frame_size == 0 || record.frame_size > kMaxFrameSize) {
      return corrupt("frame " + std::to_string(i) + " does not follow the one before");
    }
    if ((record.flags & ~kZeroFlag) != 0) return corrupt("chunk " + std::to_string(i) + " has unknown flags");
    offset += record.frame_size;
    table.chunks.push_back({.raw_sha256 = record.raw_sha256,
                            .frame_sha256 = record.frame_sha256,
                            .frame_offset = record.frame_offset,
                            .frame_size = record.frame_size,
                            .zero = record.flags == kZeroFlag});
  }
  if (offset > table.compressed_size) return corrupt("the frames are longer than the compressed file");
  return table;
}

}  // namespace hallmark
