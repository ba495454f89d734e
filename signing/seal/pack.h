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
  bool sha1 = true;                             ///< also compute the SHA-1, for origins
  bool raw_digests = true;                      ///< also compute the digests of the whole image
  const KnownFrames* known = nullptr;           ///< made by this zstd at this level; must outlive the packing
  std::string stage = "Compressing the image";  ///< the name of this stage in progress messages
};

struct PackedImage {
  std::optional<FileDigests> raw;  ///< absent unless asked for
  FileDigests compressed;
  ChunkTable table;
};

/// Reads `image` once, front to back, and makes from it on all threads of `pool`: seekable zstd in `compressed` (a new
/// file), the chunk table, and the digests of both files. Does not read holes. The result does not depend on the number
/// of threads, nor on the known frames. Uses memory for about ten chunks per thread.
Result<PackedImage> PackImage(const File& image, const File& compressed, const PackOptions& options, ThreadPool& pool,
                              Progress& progress);

}  // namespace hallmark
