// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "signing/bundle/manifest.h"
#include "signing/document/verified.h"

// The signed manifest of a bundle, which says what all other files must be.

namespace hallmark {

using VerifiedManifest = Verified<Manifest>;

/// Manifests of bundles, signed by the role `bundle`.
const DocumentKind<Manifest>& BundleManifestKind();

/// What a host requires of the manifest itself.
struct ManifestRequirements {
  /// The lowest sequence that this host takes: its high-water mark.
  uint64_t least_sequence = 0;
  /// For an update: the time in seconds since 1970 at which the trust file must not have expired. 0 for a release that
  /// the host has already: it boots at any date.
  uint64_t update_at = 0;
};

/// The texts from which a manifest is verified.
struct ManifestTexts {
  std::string manifest;              ///< manifest.json
  std::string envelope;              ///< manifest.dsse.json
  std::optional<std::string> trust;  ///< trust.json, if there is one
};

/// The result of checking a manifest.
struct ManifestCheck {
  /// the trust file that counts: the bundle's, if the host's is an older version of it
  Trust trust;
  std::optional<VerifiedManifest> manifest;  ///< empty: its signatures do not hold
  std::vector<Finding> findings;             ///< empty: the manifest holds
};

/// Checks trust file, signatures and sequence of a bundle. Reads only trust.json, manifest.json and manifest.dsse.json.
/// What does not hold is a finding; an error is one of the environment.
Result<ManifestCheck> CheckManifest(SignedDirectory& bundle, const Trust& pinned,
                                    const ManifestRequirements& requirements);

/// The same with a single outcome: the manifest, or kVerification with what does not hold.
Result<VerifiedManifest> VerifyManifestOf(SignedDirectory& bundle, const Trust& pinned,
                                          const ManifestRequirements& requirements);

/// VerifyManifestOf() for texts that are not in a directory yet.
Result<VerifiedManifest> VerifyManifestTexts(ManifestTexts texts, const Trust& pinned,
                                             const ManifestRequirements& requirements);

}  // namespace hallmark
