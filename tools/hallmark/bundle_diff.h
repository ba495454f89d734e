// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "lib/base/result.h"
#include "lib/json/json_value.h"
#include "lib/rootfs/inspect/image_diff.h"
#include "tools/cli/output.h"

namespace hallmark {

/// Everything that differs between two bundles, or two raw images, by name: images as DiffImages() does it, JSON files
/// member by member, other files by presence, size and content. If one of the two is an image, only the image of the
/// other is compared. kUsage if one is neither.
Result<Differences> DiffBundles(const std::filesystem::path& first, const std::filesystem::path& second);

/// Prints one line for each difference, and their number.
void PrintDifferences(const Differences& differences, cli::Output& output);
/// The same for --json: {"identical": bool, "differences": [...]}
JsonValue DifferencesJson(const Differences& differences);
/// The exit status of a comparison: 0 if there is no difference, else 3.
int DifferencesStatus(const Differences& differences);

}  // namespace hallmark
