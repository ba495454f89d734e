// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// Resolves a recipe to exact versions: packages with apt, whose lists must be signed by the recipe's keys, and npm
/// packages with the registry that npm is configured for. kIo names the mirror, the package or the conflict;
/// kVerification names the signature.
Result<Lock> Resolve(const Recipe& recipe, const Cache& cache, Progress& progress);

}  // namespace hallmark
