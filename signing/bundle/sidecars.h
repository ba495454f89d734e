// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "lib/base/result.h"
#include "signing/bundle/verify_manifest.h"

namespace hallmark {

/// Compares what lies around a manifest with it: manifest.json.minisig, origin files, SHA256SUMS. Each may be missing;
/// none may disagree.
Result<std::vector<Finding>> CheckSidecars(SignedDirectory& bundle, const VerifiedManifest& manifest,
                                           const Trust& trust);

}  // namespace hallmark
