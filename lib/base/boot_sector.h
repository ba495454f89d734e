// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hallmark {

/// What ends the 512 bytes of a boot sector since the IBM PC: those of MBR, FAT and exFAT alike.
constexpr std::array<uint8_t, 2> kBootSignature = {0x55, 0xaa};
constexpr size_t kBootSignatureOffset = 510;

}  // namespace hallmark
