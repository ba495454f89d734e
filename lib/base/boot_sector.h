// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hallmark {

/// The last two bytes of a boot sector (512 bytes) of MBR, FAT and exFAT alike, since the IBM PC.
constexpr std::array<uint8_t, 2> kBootSignature = {0x55, 0xaa};
constexpr size_t kBootSignatureOffset = 510;

}  // namespace hallmark
