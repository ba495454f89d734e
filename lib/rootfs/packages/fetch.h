// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

struct FetchOptions {
  bool offline = false;  ///< opens no socket: what is missing is an error
};

/// Gets everything that a lock names into the cache: in parallel, going on with what an earlier run began, checked
/// against the lock before it is there. Several builds may do so at once. kIo names what could not be had and from
/// where; kNotFound, offline, what the cache lacks.
Result<void> FetchAll(const Recipe& recipe, const Lock& lock, const Cache& cache, const FetchOptions& options,
                      Progress& progress);

}  // namespace hallmark
