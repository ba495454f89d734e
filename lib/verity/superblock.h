// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "lib/base/bytes.h"
#include "lib/base/guid.h"
#include "lib/base/probed_volume.h"
#include "lib/base/result.h"

namespace hallmark {

/// The superblock in front of a dm-verity hash tree.
struct VeritySuperblock {
  Guid uuid{};
  uint32_t data_block_size = 0;  ///< bytes, a power of two from 512 to 65536
  uint32_t hash_block_size = 0;  ///< the same
  uint64_t data_blocks = 0;      ///< not 0
  ByteVector salt;               ///< at most 256 bytes
};

/// Decodes the superblock at the start of a hash device; `bytes` are at least its first 512 bytes. kCorrupt if there
/// are too few, if the signature is missing or if a number is impossible; kUnsupported if version, type or hash
/// algorithm are not 1, 1 and SHA-256. The root hash does not cover the superblock: with a false one every block fails
/// verification.
Result<VeritySuperblock> DecodeVeritySuperblock(ByteSpan bytes);

/// Kind "DM_verity_hash" and the UUID, if the device that begins with `start` has a valid superblock.
std::optional<ProbedVolume> ProbeVerity(ByteSpan start);

}  // namespace hallmark
