// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/exfat/geometry.h"

namespace hallmark {

/// The boot region that WriteExfat() writes, twice: 12 sectors of 512 bytes, checksum included. `percent_in_use` is
/// from 0 to 100.
ByteVector MakeExfatBootRegion(const ExfatGeometry& geometry, uint8_t percent_in_use);

}  // namespace hallmark
