// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/checked.h"

namespace hallmark {

/// The size in bytes of data and hash blocks in the trees that this project writes.
constexpr uint64_t kVerityBlockSize = 4096;

/// Bytes of a hash device for `data_blocks` (at least 1) data blocks of 4096 bytes, superblock included. A single data
/// block has no tree: its digest is the root hash.
constexpr uint64_t VerityTreeSize(uint64_t data_blocks) {
  constexpr uint64_t kDigestsPerBlock = kVerityBlockSize / 32;
  uint64_t blocks = 1;  // the superblock's
  for (uint64_t level = data_blocks; level > 1;) {
    level = DivideRoundUp(level, kDigestsPerBlock);
    blocks += level;
  }
  return blocks * kVerityBlockSize;
}

}  // namespace hallmark
