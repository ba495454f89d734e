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
  bool emulate_all = false;  ///< scripts use none of the builder's tools: slower, but the same tree
};

/// The tree of a recipe's packages, unpacked and configured: a directory of the cache that must never be written to.
/// The first call for a set of packages makes it, under a lock; later calls return it at once. The packages must be in
/// the cache (FetchAll) and the process in its build namespace. kIo with the output of what failed.
Result<std::filesystem::path> PackageTree(const Recipe& recipe, const Lock& lock, const Cache& cache,
                                          const PackageTreeOptions& options, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
