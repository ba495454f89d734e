// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

struct Removed {
  uint64_t files = 0;  ///< directories and links too
  uint64_t bytes = 0;  ///< that the disk gave to them: blocks, not lengths, of what had no other name
};

/// Deletes a file, or a directory and all in it, and adds to `removed`. Follows no link, whoever may change the tree
/// meanwhile, and needs as few descriptors and as little stack for a deep one as for a flat one. `path`'s parent must
/// be ours. What can't be deleted does not keep the rest: the first error is told at the end. No error: it was not
/// there.
Result<void> RemoveTree(const std::filesystem::path& path, Removed& removed);

/// RemoveTree() of everything in a directory but the names that `keep` is true for. kIo if `directory` is a link.
Result<void> RemoveContent(const std::filesystem::path& directory, Removed& removed,
                           const std::function<bool(std::string_view name)>& keep = {});

}  // namespace hallmark
