// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// Resolves the recipe's requirements, and what they require, to wheels for the image's Python, C library and
/// architecture, with the builder's pip and the index that it is configured for; puts them into the cache. `packages`
/// are the packages of the lock, which must include python3. Environment markers are evaluated as on the builder: pip
/// can't do it in another way. kIo with pip's message.
Result<std::vector<Lock::Python>> ResolvePython(const Recipe& recipe, const std::vector<Lock::Package>& packages,
                                                const Cache& cache, Progress& progress);

/// Fetches the wheels of a lock into the cache. kIo with pip's message; kVerification if the index has another file.
Result<void> FetchPython(const Recipe& recipe, const Lock& lock, const Cache& cache, Progress& progress);

/// The options that make pip resolve for the image's Python, C library and architecture. Wheels name the oldest C
/// library that they run with (PEP 600): 2.17 is manylinux2014. kUsage if `packages` lacks python3 or libc6.
Result<std::vector<std::string>> PipTarget(const Recipe& recipe, const std::vector<Lock::Package>& packages);

/// "pdfminer.six" and "20231228" of "pdfminer.six-20231228-py3-none-any.whl" (PyPA's binary distribution format).
/// kCorrupt for other names.
Result<Lock::Python> ParseWheelName(const std::string& file);

/// A requirements file with exactly the wheels of a lock, and their hashes.
std::string LockedRequirements(const std::vector<Lock::Python>& wheels);

}  // namespace hallmark
