// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "signing/document/verified.h"
#include "signing/smol_bin/smol_bin_manifest.h"

// Verifies a smol-bin as a directory, which may be a mounted image or an installed copy: for guests and hosts.

namespace hallmark {

using VerifiedSmolBin = Verified<SmolBinManifest>;

/// Manifests of smol-bins, signed by the role `smol_bin`.
const DocumentKind<SmolBinManifest>& SmolBinManifestKind();

/// What a smol-bin must match. A number of 0 requires nothing.
struct SmolBinRequirements {
  std::string architecture;  ///< empty: any
  uint64_t rootfs_sequence = 0;
  uint64_t least_sequence = 0;
  uint64_t least_policy_sequence = 0;
};
/// A finding for each requirement that a manifest does not meet.
std::vector<Finding> CheckRequirements(const SmolBinManifest& manifest, const SmolBinRequirements& requirements);

struct SmolBinReport {
  std::optional<VerifiedSmolBin> manifest;  ///< empty: its signatures do not hold
  std::vector<Finding> findings;            ///< empty: everything that was checked holds

  [[nodiscard]] bool good() const { return findings.empty(); }
};

/// Checks the signatures and requirements of the smol-bin in a directory. Reads only the manifest and the envelope.
/// What does not hold is a finding; an error is one of the environment.
Result<SmolBinReport> VerifySmolBinHead(SignedDirectory& directory, const Trust& trust,
                                        const SmolBinRequirements& requirements);

/// The same, and also checks that the directory contains exactly the files of the manifest, with their sizes and
/// digests, and that the settings can be read.
Result<SmolBinReport> VerifySmolBinDirectory(SignedDirectory& directory, const Trust& trust,
                                             const SmolBinRequirements& requirements);

}  // namespace hallmark
