// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "guestd/init/block_devices.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// Waits for the disk with this label and mounts it. Nothing is ever written to a disk whose superblock the kernel does
/// not take: it is named, with what was found instead, and left as it is. A disk that an earlier guestd mounted, before
/// it was killed, stays mounted.
Result<void> MountSessionDisk(const std::string& label, const std::filesystem::path& directory,
                              std::chrono::milliseconds patience);

/// The device that is mounted at `directory`; empty if none is.
std::string DeviceMountedAt(const std::filesystem::path& directory);

/// Gives the blocks that hold no files back to the host: bytes trimmed. kUnsupported where the disk can't.
Result<uint64_t> TrimFilesystem(const std::filesystem::path& directory);

}  // namespace hallmark::guest
