// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/file.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "lib/compress/zstd_frame.h"
#include "signing/bundle/chunk_table.h"
#include "signing/seal/file_digests.h"
#include "signing/seal/known_frames.h"

namespace hallmark {

struct PackOptions {
  int level = kDefaultZstdLevel;
  uint32_t chunk_size = kDefaultChunkSize;      ///< bytes: a power of two from 64 KiB to 64 MiB
  bool sha1 = true;                             ///< digests for .origin files too
  bool raw_digests = true;                      ///< digests of the image as a whole too
  const KnownFrames* known = nullptr;           ///< made by this zstd at this level; outlives the packing
  std::string stage = "Compressing the image";  ///< what progress calls it
};

struct PackedImage {
  std::optional<FileDigests> raw;  ///< absent if not asked for
  FileDigests compressed;
  ChunkTable table;
};

/// Reads `image` once, front to back, and makes of it on all cores of `pool`: seekable zstd in `compressed` (a new
/// file), the chunk table, and the digests of both files. Holes are not read. The result does not depend on the number
/// of threads, nor on what is known. Memory: some ten chunks a thread.
Result<PackedImage> PackImage(const File& image, const File& compressed, const PackOptions& options, ThreadPool& pool,
                              Progress& progress);

}  // namespace hallmark
