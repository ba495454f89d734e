// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/exfat/fault.h"
#include "lib/exfat/geometry.h"

namespace hallmark {

/// Reads the boot region of the filesystem in `size` bytes of `file` from `offset` on. It checks both copies before it
/// uses either, and that all regions lie within `size`.
Result<ExfatGeometry> ReadExfatBootRegion(const File& file, uint64_t offset, uint64_t size, const ExfatFault& fault);

}  // namespace hallmark
