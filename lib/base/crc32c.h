// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"

namespace hallmark {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) of `bytes`, continued from `crc`, without the inversions
/// before and after: what ext4 and the kernel call crc32c(). A whole message in the sense of RFC 3720 is ~Crc32c(~0,
/// bytes). Uses the CPU's instruction (SSE4.2, ARMv8 CRC32) where there is one.
uint32_t Crc32c(uint32_t crc, ByteSpan bytes);

/// The same without the CPU's instruction: Crc32c() falls back to it.
uint32_t Crc32cPortable(uint32_t crc, ByteSpan bytes);

}  // namespace hallmark
