// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/guid.h"
#include "lib/base/result.h"
#include "lib/crypto/digest.h"

namespace hallmark {

/// What a hash device says about itself, and the root hash that follows from it.
struct VerityFacts {
  Guid uuid{};
  uint64_t data_blocks = 0;  ///< of 4096 bytes
  ByteVector salt;           ///< at most 256 bytes
  Sha256Digest root_hash{};  ///< hash of the top block of the tree; the levels below are not read
  uint64_t size = 0;         ///< bytes of superblock and tree
};

/// Reads the superblock and the top block of the hash tree in `size` bytes of `file` from `offset` on. kCorrupt if they
/// do not fit; kUnsupported unless the superblock is as VerityTree writes it: type 1, SHA-256, blocks of 4096 bytes, at
/// least two of them.
Result<VerityFacts> ReadVerity(const File& file, uint64_t offset, uint64_t size);

}  // namespace hallmark
