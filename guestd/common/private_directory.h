// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Opens a directory that only we use, on a disk that the host may have written; makes it if it is missing.
/// kVerification if it is not a directory, if another user owns it, or if it is a link: through a link we would write
/// and delete somewhere else. The parent must be ours, so open a path directory by directory.
Result<File> OpenPrivateDirectory(const std::filesystem::path& path, mode_t mode);

}  // namespace hallmark
