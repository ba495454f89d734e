// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"
#include "lib/rootfs/tree/namespace.h"

namespace hallmark {

/// Does once, for all packages of a configured tree and on all cores, what ScriptHelpers kept the packages' scripts
/// from doing: linker cache, hardware database, message catalog, certificates, fonts, MIME types, Python byte code,
/// module indexes. Then marks what apt would mark as automatically installed, and checks the tree with its own `dpkg
/// --audit`. `tools` are the builder's tools that scripts may use.
Result<void> FinishPackages(const Recipe& recipe, const Lock& lock, const std::filesystem::path& tree,
                            const std::vector<TreeMount>& tools, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
