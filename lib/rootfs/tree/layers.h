// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// Mounts directories as one (overlayfs): it reads the directories `lower`, the topmost first, and writes to `upper`.
/// Both `upper` and `work` are new, empty and on one filesystem. The mount lasts as long as the build's namespace.
Result<void> MountLayers(const std::vector<std::filesystem::path>& lower, const std::filesystem::path& upper,
                         const std::filesystem::path& work, const std::filesystem::path& merged);

/// Unmounts such a mount.
Result<void> UnmountLayers(const std::filesystem::path& merged);

}  // namespace hallmark
