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

/// Checks every byte of rootfs.img and rootfs.img.zst, as far as they exist.
using FullCheck = std::function<Result<std::vector<Finding>>(const VerifiedManifest& manifest, const BundleFiles& files,
                                                             ThreadPool& pool)>;

struct VerifyOptions {
  ManifestRequirements requirements;
  /// Runs after a quick check without findings: always, or only for an image that dm-verity does not protect.
  FullCheck full_check;
  bool always_full = false;
};

struct VerifyReport {
  std::optional<VerifiedManifest> manifest;  ///< empty: its signatures do not hold
  /// Of the trust file that counts: the bundle's, if the host's is an older version of it
  uint64_t trust_version = 0;
  uint64_t trust_expires = 0;     ///< of that version, seconds since 1970
  BundleFiles files;              ///< the files that exist and have the right size
  std::vector<Finding> findings;  ///< empty: everything that was checked holds
  bool full = false;              ///< the full check ran

  [[nodiscard]] bool good() const { return findings.empty(); }
};

/// Checks a bundle on the threads of `pool`: signatures; sequence; sizes; digests of everything but rootfs.img and
/// rootfs.img.zst; partition table and EFI system partition of rootfs.img, if it exists; sidecars. What does not hold
/// is a finding; an error is one of the environment.
Result<VerifyReport> VerifyBundle(SignedDirectory& bundle, const Trust& trust, const VerifyOptions& options,
                                  ThreadPool& pool);

}  // namespace hallmark
