// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "lib/rootfs/recipe.h"
#include "lib/rootfs/tree_folder.h"

namespace hallmark {

/// Takes away what packages made for the machine that they think they are installed on: its id, host keys, random seeds.
Result<void> RemoveMachineIdentity(const TreeFolder& tree);

/// Reads the tree that goes into the image: adds the recipe's device nodes; leaves out logs, caches, backups and
/// temporary files; clamps times to `source_date_epoch` (seconds). What identifies a machine must not be in it by now:
/// kUsage says which file is, and how it got there. Contents stay in `folder`, which must last as long as the tree.
Result<FileTree> FinishTree(const Recipe& recipe, const std::filesystem::path& folder, uint64_t source_date_epoch,
                            ThreadPool& pool);

}  // namespace hallmark
