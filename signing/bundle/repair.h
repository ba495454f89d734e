// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "signing/bundle/frame_source.h"
#include "signing/document/trust.h"

namespace hallmark {

struct RepairOptions {
  /// The lowest sequence that this host takes: its high-water mark.
  uint64_t least_sequence = 0;
  /// Checks only this chunk. Empty: checks all of them.
  std::optional<uint64_t> chunk;
};

struct RepairReport {
  std::vector<size_t> chunks;  ///< bad chunks of rootfs.img that were repaired
  std::vector<size_t> frames;  ///< bad frames of rootfs.img.zst that were repaired
  bool resized = false;        ///< rootfs.img was shorter or longer than signed
};

/// Repairs rootfs.img of a bundle in place. Finds the chunks that differ from the signed ones and rewrites only those,
/// from the bundle's rootfs.img.zst or, if that is damaged or missing, from `others`. With `others`, damaged frames of
/// rootfs.img.zst are repaired too, unless only one chunk was asked for. A kill at any point leaves good bytes good,
/// and the next run continues. kNotFound if there is no rootfs.img; kVerification if no source has the signed bytes.
Result<RepairReport> RepairImage(const std::filesystem::path& bundle, const Trust& trust, FrameSources others,
                                 const RepairOptions& options, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
