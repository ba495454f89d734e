// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "lib/base/result.h"
#include "signing/bundle/verify_manifest.h"

namespace hallmark {

/// Compares the files around a manifest with it: manifest.json.minisig, origins and SHA256SUMS. Each may be missing,
/// but must not disagree.
Result<std::vector<Finding>> CheckSidecars(SignedDirectory& bundle, const VerifiedManifest& manifest,
                                           const Trust& trust);

}  // namespace hallmark
