// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "signing/document/verified.h"
#include "signing/smol_bin/smol_bin_manifest.h"

// Verifies a smol-bin as a directory, be it a mounted image or an installed copy: for guests and hosts.

namespace hallmark {

using VerifiedSmolBin = Verified<SmolBinManifest>;

/// Signed by the role `smol_bin`.
const DocumentKind<SmolBinManifest>& SmolBinManifestKind();

/// What a smol-bin must fit. A number of 0 asks for nothing.
struct SmolBinRequirements {
  std::string architecture;  ///< empty: any
  uint64_t rootfs_sequence = 0;
  uint64_t least_sequence = 0;
  uint64_t least_policy_sequence = 0;
};
/// The rules that a manifest breaks.
std::vector<Finding> CheckRequirements(const SmolBinManifest& manifest, const SmolBinRequirements& requirements);

struct SmolBinReport {
  std::optional<VerifiedSmolBin> manifest;  ///< empty: its signatures do not hold
  std::vector<Finding> findings;            ///< empty: all that was looked at holds

  [[nodiscard]] bool good() const { return findings.empty(); }
};

/// Checks the signatures and the requirements of a directory's smol-bin; of its files only the manifest and the
/// envelope. An error is one of the environment; what does not hold is a finding.
Result<SmolBinReport> VerifySmolBinHead(SignedDirectory& directory, const Trust& trust,
                                        const SmolBinRequirements& requirements);

/// The same, and that the directory holds exactly the files of the manifest, with their sizes and digests, and settings
/// that can be read.
Result<SmolBinReport> VerifySmolBinDirectory(SignedDirectory& directory, const Trust& trust,
                                             const SmolBinRequirements& requirements);

}  // namespace hallmark
