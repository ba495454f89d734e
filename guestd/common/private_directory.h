// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Opens a directory that only we keep, on a disk that the host may have written; makes it if it is missing.
/// kVerification if it is none of ours: a link, which would lead what we write and delete elsewhere, no directory at
/// all, or another user's. Its parent must be ours, so a path is opened directory by directory.
Result<File> OpenPrivateDirectory(const std::filesystem::path& path, mode_t mode);

}  // namespace hallmark
