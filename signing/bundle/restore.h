// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "signing/document/trust.h"

namespace hallmark {

struct RestoreOptions {
  /// The least sequence that this host takes: its high-water mark.
  uint64_t least_sequence = 0;
  /// Removes rootfs.img.zst once rootfs.img is safely on the disk, and was looked at if it lay there already.
  bool drop_compressed = false;
};

struct RestoreReport {
  bool was_there = false;  ///< rootfs.img lay there already, with its signed size; not looked into
  uint64_t made = 0;       ///< bytes decompressed
  uint64_t kept = 0;       ///< bytes that an earlier run had made, verified anew
  uint64_t zeros = 0;      ///< bytes of chunks that are left as holes
};

/// Makes rootfs.img of a bundle from its rootfs.img.zst on all cores of `pool`. Checks the manifest's signatures, each
/// frame before it is decompressed and each chunk before it is written. Works in .rootfs.img.partial, which gets its
/// name at the end; a run that was killed is gone on with. Holes come out as holes.
/// kVerification if something is not as signed; kIo if the disk is too small (told before anything is written), or if
/// another restore or repair of this bundle runs.
Result<RestoreReport> RestoreImage(const std::filesystem::path& bundle, const Trust& trust,
                                   const RestoreOptions& options, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
