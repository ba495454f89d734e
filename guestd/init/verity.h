// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "guestd/init/command_line.h"
#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// What the superblock in front of a dm-verity hash tree says.
struct VeritySuperblock {
  std::array<uint8_t, 16> uuid{};
  uint32_t data_block_size = 0;  ///< bytes, a power of two from 512 to 65536
  uint32_t hash_block_size = 0;  ///< the same
  uint64_t data_blocks = 0;      ///< not 0
  ByteVector salt;               ///< at most 256 bytes
};

/// kCorrupt or kUnsupported (another hash than SHA-256, another version). The superblock is not under the root hash:
/// what it claims falsely makes every block fail.
Result<VeritySuperblock> DecodeVeritySuperblock(ByteSpan bytes);

/// Sectors of 512 bytes that the mapped device has. kCorrupt if they do not fit a number.
Result<uint64_t> VeritySectors(const VeritySuperblock& superblock);

/// The parameters of a "verity" target (Documentation/admin-guide/device-mapper/verity.rst).
std::string VerityTable(const VeritySuperblock& superblock, const std::string& data_device,
                        const std::string& hash_device, ByteSpan root_hash, CorruptionReaction reaction);

}  // namespace hallmark::guest
