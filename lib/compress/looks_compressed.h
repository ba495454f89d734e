// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/file.h"

namespace hallmark {

/// True if the file begins like zstd, gzip or xz. False if it can't be read.
bool LooksCompressed(const File& file);

}  // namespace hallmark
