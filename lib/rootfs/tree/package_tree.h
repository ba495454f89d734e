// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

struct PackageTreeOptions {
  bool emulate_all = false;  ///< scripts get nothing of the builder's: slower, and the same tree
};

/// The tree of a recipe's packages, unpacked and configured: a directory of the cache, to be read and never written.
/// Made at the first call for a set of packages, under a lock, and there at once from then on. The packages must be in
/// the cache (FetchAll) and the process in its build namespace. kIo with the output of what failed.
Result<std::filesystem::path> PackageTree(const Recipe& recipe, const Lock& lock, const Cache& cache,
                                          const PackageTreeOptions& options, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
