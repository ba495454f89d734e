// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "signing/bundle/digest_check.h"
#include "signing/bundle/verify_manifest.h"

namespace hallmark {

/// Looks at every byte of rootfs.img and rootfs.img.zst, as far as they are there.
using FullCheck = std::function<Result<std::vector<Finding>>(const VerifiedManifest& manifest, const BundleFiles& files,
                                                             ThreadPool& pool)>;

struct VerifyOptions {
  ManifestRequirements requirements;
  /// Runs after the quick check has found nothing: always, or only for an image that dm-verity does not guard.
  FullCheck full_check;
  bool always_full = false;
};

struct VerifyReport {
  std::optional<VerifiedManifest> manifest;  ///< empty: its signatures do not hold
  uint64_t trust_version = 0;                ///< of the trust that counted: the bundle's if it grew out of the host's
  uint64_t trust_expires = 0;                ///< of that version, seconds since 1970
  BundleFiles files;                         ///< those that are there and have the right size
  std::vector<Finding> findings;             ///< empty: all that was looked at holds
  bool full = false;                         ///< the full check ran

  [[nodiscard]] bool good() const { return findings.empty(); }
};

/// Checks a bundle on the threads of `pool`: signatures, sequence, sizes, digests of all but rootfs.img and
/// rootfs.img.zst, partition table and EFI system partition of rootfs.img (if it was made already), sidecars. An error
/// is one of the environment; what does not hold is a finding.
Result<VerifyReport> VerifyBundle(SignedDirectory& bundle, const Trust& trust, const VerifyOptions& options,
                                  ThreadPool& pool);

}  // namespace hallmark
