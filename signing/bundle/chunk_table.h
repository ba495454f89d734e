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

/// rootfs.img.chunks: for each chunk of the raw image, the frame of rootfs.img.zst that holds it, so that each chunk
/// can be checked, restored and repaired by itself. See hallmark-chunks(5). The manifest holds the digest of the table.
struct ChunkTable {
  struct Chunk {
    Sha256Digest raw_sha256{};
    Sha256Digest frame_sha256{};
    uint64_t frame_offset = 0;  ///< bytes from the start of the .zst
    uint32_t frame_size = 0;    ///< bytes
    bool zero = false;          ///< nothing but zero bytes: can be a hole
  };
  uint64_t raw_size = 0;         ///< size of the image in bytes
  uint64_t compressed_size = 0;  ///< size of the .zst in bytes, with its seek table
  uint32_t chunk_size = 0;       ///< bytes; the last chunk may be shorter
  std::vector<Chunk> chunks;

  /// Size of chunk `index` in bytes.
  [[nodiscard]] uint32_t RawSize(size_t index) const;
  [[nodiscard]] uint64_t RawOffset(size_t index) const { return uint64_t{chunk_size} * index; }
};

constexpr uint32_t kDefaultChunkSize = 4 << 20;
constexpr uint32_t kMinChunkSize = 64 << 10;
constexpr uint32_t kMaxChunkSize = 64 << 20;
constexpr uint64_t kMaxChunks = (uint64_t{16} << 40) / kDefaultChunkSize;  ///< for an image of 16 TiB
constexpr uint64_t kMaxChunkTableSize = kMaxChunks * 80 + 4096;            ///< bytes: 80 for each chunk, and a header

/// How many chunks of that size to work on at once, each with its frame: at least one, and not more than fit 160 MiB,
/// so that a machine with many cores does not use more memory.
constexpr size_t ChunksAtOnce(uint32_t chunk_size) { return std::max<size_t>((size_t{160} << 20) / 2 / chunk_size, 1); }

/// The bytes of rootfs.img.chunks for this table: see hallmark-chunks(5).
ByteVector FormatChunkTable(const ChunkTable& table);

/// Parses a table. kCorrupt unless the bytes are exactly what FormatChunkTable() writes: frames one after the other, as
/// many chunks as the image has, and no extra bytes.
Result<ChunkTable> ParseChunkTable(ByteSpan bytes);

}  // namespace hallmark
