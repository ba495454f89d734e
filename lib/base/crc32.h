// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"

namespace hallmark {

/// CRC-32 of IEEE 802.3 and ISO 3309 (reflected polynomial 0xEDB88320, inverted before and after): what GPT uses.
uint32_t Crc32(ByteSpan bytes);

}  // namespace hallmark
