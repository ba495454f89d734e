// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

struct Removed {
  uint64_t files = 0;  ///< including directories and links
  uint64_t bytes = 0;  ///< disk space freed, in whole blocks; files with another name elsewhere free nothing
};

/// Deletes a file, or a directory and everything in it, and adds to `removed`. Follows no link, even if somebody
/// changes the tree meanwhile. Needs as few descriptors and as little stack for a deep tree as for a flat one. The
/// parent of `path` must be ours. Continues past what can't be deleted, and returns the first error at the end. No
/// error if `path` does not exist.
Result<void> RemoveTree(const std::filesystem::path& path, Removed& removed);

/// Deletes everything in a directory but the names for which `keep` is true, as RemoveTree() does. kIo if `directory`
/// is a link.
Result<void> RemoveContent(const std::filesystem::path& directory, Removed& removed,
                           const std::function<bool(std::string_view name)>& keep = {});

}  // namespace hallmark
