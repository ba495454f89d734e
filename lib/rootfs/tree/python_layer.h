// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// The recipe's Python requirements, installed by the tree's own pip on top of `packages` (see PackageTree), without a
/// network and with every hash checked: an overlay layer in the cache. The first call for the same files makes it;
/// later calls return it at once. kIo with pip's output.
Result<std::filesystem::path> PythonLayer(const Recipe& recipe, const Lock& lock, const Cache& cache,
                                          const std::filesystem::path& packages, Progress& progress);

}  // namespace hallmark
