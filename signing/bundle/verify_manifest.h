// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "signing/bundle/manifest.h"
#include "signing/document/verified.h"

// The signed manifest of a bundle: what says what all the rest must be.

namespace hallmark {

using VerifiedManifest = Verified<Manifest>;

/// Signed by the role `bundle`.
const DocumentKind<Manifest>& BundleManifestKind();

/// What a host asks of the manifest itself.
struct ManifestRequirements {
  /// The least sequence that this host takes: its high-water mark.
  uint64_t least_sequence = 0;
  /// Seconds since 1970, for a release that the host is to go over to: a trust file that has expired by then vouches
  /// for nothing. 0 for what the host has already: it boots whatever the date.
  uint64_t update_at = 0;
};

/// What of a bundle says what the rest must be.
struct ManifestTexts {
  std::string manifest;              ///< manifest.json
  std::string envelope;              ///< manifest.dsse.json
  std::optional<std::string> trust;  ///< trust.json, if there is one
};

/// A manifest, as far as it holds.
struct ManifestCheck {
  Trust trust;                               ///< that counts: the bundle's own if it grew out of the host's
  std::optional<VerifiedManifest> manifest;  ///< empty: its signatures do not hold
  std::vector<Finding> findings;             ///< empty: the manifest holds
};

/// Checks trust file, signatures and sequence of a bundle; of its files, trust.json, manifest.json and
/// manifest.dsse.json alone are read. An error is one of the environment; what does not hold is a finding.
Result<ManifestCheck> CheckManifest(SignedDirectory& bundle, const Trust& pinned,
                                    const ManifestRequirements& requirements);

/// The same as one answer: the manifest, or kVerification, which says what does not hold.
Result<VerifiedManifest> VerifyManifestOf(SignedDirectory& bundle, const Trust& pinned,
                                          const ManifestRequirements& requirements);

/// VerifyManifestOf for texts that lie in no directory yet.
Result<VerifiedManifest> VerifyManifestTexts(ManifestTexts texts, const Trust& pinned,
                                             const ManifestRequirements& requirements);

}  // namespace hallmark
