// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"

namespace hallmark::guest {

/// Where the parts of the root are mounted. /run is moved into the new root, so they stay visible there.
inline constexpr const char* kLowerDirectory = "/run/hallmark/lower";  ///< the root filesystem, read-only
inline constexpr const char* kUpperDirectory = "/run/hallmark/upper";  ///< tmpfs: what this boot changes
inline constexpr const char* kNewRoot = "/sysroot";

/// Mounts devtmpfs on /dev, proc, sysfs, and a tmpfs on /run.
Result<void> MountKernelFilesystems();

/// Mounts `node` read-only at kLowerDirectory. `options` are those of the filesystem, comma-separated.
Result<void> MountRoot(const std::string& node, const std::string& type, const std::string& options);

/// Mounts an overlay over kLowerDirectory at kNewRoot. Changes go to a tmpfs of at most `size`.
Result<void> MountOverlay(const std::string& size);

/// Frees the initramfs, makes kNewRoot the root and runs its `init` with this process's arguments. Returns only on
/// failure. kNotFound, before anything has changed, if there is no such program.
Result<void> SwitchRoot(const std::string& init, char** arguments);

}  // namespace hallmark::guest
