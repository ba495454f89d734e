// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "lib/base/result.h"
#include "lib/json/json_value.h"
#include "lib/rootfs/inspect/image_diff.h"
#include "tools/cli/output.h"

namespace hallmark {

/// Compares two bundles, or two raw images, and names all differences: images as DiffImages() does, JSON files member
/// by member, other files by presence, size and content. If one of the two is an image, compares only the image of the
/// other. kUsage if one is neither a bundle nor an image.
Result<Differences> DiffBundles(const std::filesystem::path& first, const std::filesystem::path& second);

/// Prints one line for each difference, and the number of differences.
void PrintDifferences(const Differences& differences, cli::Output& output);
/// The differences for --json: {"identical": bool, "differences": [...]}
JsonValue DifferencesJson(const Differences& differences);
/// The exit status of a comparison: 0 if there is no difference, otherwise 3.
int DifferencesStatus(const Differences& differences);

}  // namespace hallmark
