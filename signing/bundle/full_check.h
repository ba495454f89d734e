// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "signing/bundle/chunk_table.h"
#include "signing/bundle/manifest.h"
#include "signing/bundle/verify.h"

namespace hallmark {

/// The chunk table that `manifest` names, read from `file` once: its digest is checked before it is parsed, and its
/// sizes are those of the manifest's images. kUnsupported if the manifest names none, kVerification if the digest
/// differs.
Result<ChunkTable> ReadChunkTable(const Manifest& manifest, const File& file);

/// Which chunks of `image`, ascending, hold other bytes than the table says. All cores of `pool`; the image has the
/// table's size.
Result<std::vector<size_t>> FindBadChunks(const File& image, const ChunkTable& table, ThreadPool& pool,
                                          Progress& progress);

/// The same for the frames of rootfs.img.zst.
Result<std::vector<size_t>> FindBadFrames(const File& compressed, const ChunkTable& table, ThreadPool& pool,
                                          Progress& progress);

/// The bytes of rootfs.img.zst behind its last frame: the seek table. There is one only that fits a chunk table.
Result<ByteVector> SeekTableOf(const ChunkTable& table);

/// A FullCheck: every byte of rootfs.img and rootfs.img.zst, chunk by chunk, on all cores of `pool`; by the whole
/// files' digests where there is no chunk table.
Result<std::vector<Finding>> CheckEveryByte(const VerifiedManifest& manifest, const BundleFiles& files,
                                            ThreadPool& pool, Progress& progress);

}  // namespace hallmark
