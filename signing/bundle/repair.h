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
  /// The least sequence that this host takes: its high-water mark.
  uint64_t least_sequence = 0;
  /// Looks at this chunk alone. Empty: at all of them.
  std::optional<uint64_t> chunk;
};

struct RepairReport {
  std::vector<size_t> chunks;  ///< of rootfs.img, that were bad and are mended
  std::vector<size_t> frames;  ///< of rootfs.img.zst, the same
  bool resized = false;        ///< rootfs.img was shorter or longer than signed
};

/// Mends rootfs.img of a bundle in place: finds the chunks that hold other bytes than signed and rewrites those alone,
/// from the bundle's rootfs.img.zst or, where that is damaged or gone, from `others`. With `others`, damaged frames of
/// rootfs.img.zst are mended, too, unless one chunk alone was asked for. Killed at any point, it leaves what was good
/// good, and the next run goes on. kNotFound if there is no rootfs.img; kVerification if no source has the signed
/// bytes.
Result<RepairReport> RepairImage(const std::filesystem::path& bundle, const Trust& trust, FrameSources others,
                                 const RepairOptions& options, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
