// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/file.h"

namespace hallmark {

/// True for a file that begins as zstd, gzip or xz do. False where it can't be read.
bool LooksCompressed(const File& file);

}  // namespace hallmark
