// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "signing/bundle/verify.h"

namespace hallmark {

/// Compares what lies around a manifest with it: manifest.json.minisig, origin files, SHA256SUMS. Each may be missing;
/// none may disagree.
Result<std::vector<Finding>> CheckSidecars(const std::filesystem::path& bundle, const VerifiedManifest& manifest,
                                           const Trust& trust);

}  // namespace hallmark
