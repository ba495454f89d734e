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
  /// The lowest sequence that this host takes: its high-water mark.
  uint64_t least_sequence = 0;
  /// Removes rootfs.img.zst once rootfs.img is synced. If rootfs.img existed already, checks it first.
  bool drop_compressed = false;
};

struct RestoreReport {
  bool was_there = false;  ///< rootfs.img existed with its signed size; its content was not checked
  uint64_t made = 0;       ///< bytes decompressed
  uint64_t kept = 0;       ///< bytes from an earlier run, verified again
  uint64_t zeros = 0;      ///< bytes of chunks left as holes
};

/// Makes rootfs.img of a bundle from its rootfs.img.zst on all threads of `pool`. Checks the manifest's signatures,
/// each frame before decompressing it, and each chunk before writing it. Works in .rootfs.img.partial, which is renamed
/// at the end; continues the work of a run that was killed. Holes stay holes. kVerification if something is not as
/// signed. kIo if the disk is too small (before anything is written), or if another restore or repair of this bundle is
/// running.
Result<RestoreReport> RestoreImage(const std::filesystem::path& bundle, const Trust& trust,
                                   const RestoreOptions& options, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
