// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "lib/rootfs/recipe/recipe.h"
#include "lib/rootfs/tree/tree_directory.h"

namespace hallmark {

/// Removes what packages generated for the machine on which they are installed, as they believe: its id, host keys,
/// random seeds.
Result<void> RemoveMachineIdentity(const TreeDirectory& tree);

/// Reads the tree that goes into the image: adds the recipe's device nodes; leaves out logs, caches, backups and
/// temporary files; clamps times to `source_date_epoch` (seconds). Files that identify a machine must be gone by now:
/// otherwise kUsage names the file and says how it got there. Contents stay in `directory`, which must exist as long as
/// the tree.
Result<FileTree> FinishTree(const Recipe& recipe, const std::filesystem::path& directory, uint64_t source_date_epoch,
                            ThreadPool& pool);

}  // namespace hallmark
