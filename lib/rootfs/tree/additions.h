// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// Puts into `tree` what a recipe adds to its packages, in this order: users, host name, locale and time zone; members
/// of npm packages, downloads, outputs of build scripts, overlays, directories and links; systemd's units; hooks.
/// `scratch` is a directory on the builder for build scripts. Device nodes are not included: an unprivileged user can't
/// make them on disk, so FinishTree() adds them when it reads the tree. Everything fetched must be in the cache.
Result<void> ApplyAdditions(const Recipe& recipe, const Lock& lock, const Cache& cache,
                            const std::filesystem::path& tree, const std::filesystem::path& scratch,
                            Progress& progress);

}  // namespace hallmark
