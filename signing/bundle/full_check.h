// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "signing/bundle/chunk_table.h"
#include "signing/bundle/digest_check.h"
#include "signing/bundle/verify_manifest.h"

namespace hallmark {

/// The indices, ascending, of the chunks of `image` whose bytes do not match the table. Uses all threads of `pool`. The
/// image must have the table's size.
Result<std::vector<size_t>> FindBadChunks(const File& image, const ChunkTable& table, ThreadPool& pool,
                                          Progress& progress);

/// The same for the frames of rootfs.img.zst.
Result<std::vector<size_t>> FindBadFrames(const File& compressed, const ChunkTable& table, ThreadPool& pool,
                                          Progress& progress);

/// A FullCheck that compares the digests of whole files: for bundles without a chunk table.
Result<std::vector<Finding>> CheckWholeFiles(const VerifiedManifest& manifest, const BundleFiles& files,
                                             ThreadPool& pool);

/// A FullCheck that compares every byte of rootfs.img and rootfs.img.zst, chunk by chunk, on all threads of `pool`. If
/// there is no chunk table, compares the digests of whole files.
Result<std::vector<Finding>> CheckEveryByte(const VerifiedManifest& manifest, const BundleFiles& files,
                                            ThreadPool& pool, Progress& progress);

}  // namespace hallmark
