// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "guestd/init/block_devices.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// Waits for the disk with this label and mounts it. Never writes to a disk whose superblock the kernel refuses: the
/// error names the disk and what is on it instead. A disk that an earlier guestd mounted before it was killed stays
/// mounted.
Result<void> MountSessionDisk(const std::string& label, const std::filesystem::path& directory,
                              std::chrono::milliseconds patience);

/// The device that is mounted at `directory`; empty if there is none.
std::string DeviceMountedAt(const std::filesystem::path& directory);

/// Gives the blocks without files back to the host. Returns the bytes trimmed. kUnsupported if the disk can't do that.
Result<uint64_t> TrimFilesystem(const std::filesystem::path& directory);

}  // namespace hallmark::guest
