// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "signing/chunk_table.h"
#include "signing/verify.h"

namespace hallmark {

/// Reads and parses the chunk table of a bundle whose quick check held: its digest was compared with the manifest's.
/// kCorrupt also if it does not fit the image that the manifest names.
Result<ChunkTable> LoadChunkTable(const Manifest& manifest, const BundleFiles& files);

/// The chunks of `image` that are not what the table says, in order; what lies past the end of a file that is too short
/// counts as such. On all cores; where the table says zeros and the file has a hole, nothing is read.
Result<std::vector<size_t>> FindBadChunks(const File& image, const ChunkTable& table, ThreadPool& pool);

/// The frames of a .zst that are not what the table says.
Result<std::vector<size_t>> FindBadFrames(const File& compressed, const ChunkTable& table, ThreadPool& pool);

/// A FullCheck by chunk, which tells where the bytes are wrong; by the whole files' digests if the bundle has no chunk
/// table.
Result<std::vector<Finding>> CheckImages(const VerifiedManifest& manifest, const BundleFiles& files);

}  // namespace hallmark
