// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/file_tree.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"
#include "lib/rootfs/tree/package_tree.h"
#include "lib/rootfs/tree/work_directory.h"

namespace hallmark {

/// The whole tree of a recipe, as it goes into the image: packages, Python packages, additions, finished. The cache
/// keeps the first two under the digest of their inputs, so that a change of an overlay file requires no unpacking.
/// File contents stay in the cache and in `work`, which must exist as long as the tree. The process must be in its
/// build namespace.
Result<FileTree> MakeTree(const Recipe& recipe, const Lock& lock, const Cache& cache, const WorkDirectory& work,
                          const PackageTreeOptions& options, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
