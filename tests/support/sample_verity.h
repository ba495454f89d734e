// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

#include "lib/base/bytes.h"

namespace hallmark::testing {

/// A superblock as veritysetup format writes it: 4096-byte blocks, 1000 of them, a salt of two bytes.
inline ByteVector SampleVeritySuperblock() {
  ByteVector bytes(512);
  std::memcpy(bytes.data(), "verity\0\0\1\0\0\0\1\0\0\0", 16);
  for (uint8_t i = 0; i < 16; ++i) bytes[16 + i] = i;
  std::memcpy(bytes.data() + 32, "sha256", 6);
  bytes[65] = 0x10;
  bytes[69] = 0x10;
  bytes[72] = 0xe8;
  bytes[73] = 0x03;
  bytes[80] = 2;
  bytes[88] = 0xab;
  bytes[89] = 0xcd;
  return bytes;
}

}  // namespace hallmark::testing
