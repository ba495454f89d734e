// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/base/endian.h"
#include "lib/base/guid.h"

// dm-verity's superblock and hash tree as stored on disk, format version 1. Sources: cryptsetup's wiki, "DMVerity", and
// its lib/verity/verity.c (struct verity_sb); the kernel's Documentation/admin-guide/device-mapper/verity.rst. Numbers
// are little-endian. The number beside a field is its offset in bytes. The tree follows in the next hash block, from
// the root down: each block holds SHA-256 digests of the salt and one block of the level below, and is filled up with
// zeros.

namespace hallmark::verity {

constexpr std::array<char, 8> kSignature = {'v', 'e', 'r', 'i', 't', 'y', '\0', '\0'};
constexpr std::array<char, 32> kSha256 = {'s', 'h', 'a', '2', '5', '6'};
constexpr uint32_t kMinBlockSize = 512;    ///< bytes
constexpr uint32_t kMaxBlockSize = 65536;  ///< bytes

struct Superblock {
  std::array<char, 8> signature = kSignature;  // 0
  Le32 version = 1;                            // 8: 1
  Le32 hash_type = 1;                          // 12: 1, the salt is hashed before the block; 0 in Chrome OS
  Guid uuid{};                                 // 16: in the byte order of its text
  std::array<char, 32> algorithm = kSha256;    // 32: a name of the kernel's crypto API, ended by a zero
  Le32 data_block_size = 0;                    // 64: a power of two from kMinBlockSize to kMaxBlockSize
  Le32 hash_block_size = 0;                    // 68: the same
  Le64 data_blocks = 0;                        // 72: not 0
  Le16 salt_size = 0;                          // 80: 0 to 256
  std::array<uint8_t, 6> padding1{};           // 82: 0
  std::array<uint8_t, 256> salt{};             // 88
  std::array<uint8_t, 168> padding2{};         // 344: 0
};
static_assert(sizeof(Superblock) == 512 && alignof(Superblock) == 1);
static_assert(offsetof(Superblock, algorithm) == 32 && offsetof(Superblock, data_blocks) == 72);
static_assert(offsetof(Superblock, salt_size) == 80 && offsetof(Superblock, salt) == 88);

}  // namespace hallmark::verity
