// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "lib/base/result.h"
#include "lib/rootfs/inspect/image_diff.h"
#include "tools/cli/json.h"
#include "tools/cli/output.h"

namespace hallmark {

/// Everything in which two bundles, or two raw images, differ, by name: images as DiffImages() tells, JSON files member
/// by member, other files by presence, size and content. A bundle beside an image is taken for its image alone. kUsage
/// if one is neither.
Result<Differences> DiffBundles(const std::filesystem::path& first, const std::filesystem::path& second);

/// One line for each difference, and their number.
void PrintDifferences(const Differences& differences, cli::Output& output);
/// {"identical": bool, "differences": [...]}
cli::Json DifferencesJson(const Differences& differences);
/// The exit status of what compares: 0 if there is no difference, else 3.
int DifferencesStatus(const Differences& differences);

}  // namespace hallmark
