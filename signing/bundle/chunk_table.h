// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"
#include "lib/crypto/digest.h"

namespace hallmark {

/// rootfs.img.chunks: each chunk of the raw image and the frame of rootfs.img.zst that holds it, so that either can be
/// checked, restored and mended alone. See hallmark-chunks(5). The manifest holds its digest.
struct ChunkTable {
  struct Chunk {
    Sha256Digest raw_sha256{};
    Sha256Digest frame_sha256{};
    uint64_t frame_offset = 0;  ///< bytes from the start of the .zst
    uint32_t frame_size = 0;    ///< bytes
    bool zero = false;          ///< nothing but zero bytes: a hole will do
  };
  uint64_t raw_size = 0;         ///< of the image, bytes
  uint64_t compressed_size = 0;  ///< of the .zst, seek table included, bytes
  uint32_t chunk_size = 0;       ///< of all chunks but the last, bytes
  std::vector<Chunk> chunks;

  /// Bytes of chunk `index`.
  [[nodiscard]] uint32_t RawSize(size_t index) const;
  [[nodiscard]] uint64_t RawOffset(size_t index) const { return uint64_t{chunk_size} * index; }
};

constexpr uint32_t kDefaultChunkSize = 4 << 20;
constexpr uint32_t kMinChunkSize = 64 << 10;
constexpr uint32_t kMaxChunkSize = 64 << 20;
constexpr uint64_t kMaxChunks = (uint64_t{16} << 40) / kDefaultChunkSize;  ///< of an image of 16 TiB
constexpr uint64_t kMaxChunkTableSize = kMaxChunks * 80 + 4096;            ///< bytes: 80 a chunk, and a header

/// How many chunks of that size are to be in work at once, each with its frame: as many as keep a machine of many cores
/// from taking more than 160 MiB for them, and one at least.
constexpr size_t ChunksAtOnce(uint32_t chunk_size) { return std::max<size_t>((size_t{160} << 20) / 2 / chunk_size, 1); }

ByteVector FormatChunkTable(const ChunkTable& table);

/// kCorrupt unless the table is exactly what FormatChunkTable writes: frames one behind the other, as many chunks as
/// the image has, no byte too many.
Result<ChunkTable> ParseChunkTable(ByteSpan bytes);

}  // namespace hallmark
