// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

struct FetchOptions {
  bool offline = false;  ///< opens no socket: a missing file is an error
};

/// Fetches everything that a lock names into the cache, in parallel, and continues what an earlier run began. Each file
/// is checked against the lock before it enters the cache. Several builds may do so at once. kIo names what could not
/// be fetched and from where; offline, kNotFound names what the cache lacks.
Result<void> FetchAll(const Recipe& recipe, const Lock& lock, const Cache& cache, const FetchOptions& options,
                      Progress& progress);

}  // namespace hallmark
