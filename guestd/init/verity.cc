// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/verity.h"

#include "lib/base/checked.h"

namespace hallmark::guest {
namespace {

constexpr uint32_t kSectorSize = 512;

}  // namespace

Result<uint64_t> VeritySectors(const VeritySuperblock& superblock) {
  return CheckedMultiply<uint64_t>(superblock.data_blocks, superblock.data_block_size / kSectorSize,
                                   "dm-verity data blocks");
}

std::string VerityTable(const VeritySuperblock& superblock, const std::string& data_device,
                        const std::string& hash_device, ByteSpan root_hash, CorruptionReaction reaction) {
  // Version 1. The tree begins in the block after the superblock. An empty salt is written "-".
  std::string table = "1 " + data_device + " " + hash_device + " " + std::to_string(superblock.data_block_size) + " " +
                      std::to_string(superblock.hash_block_size) + " " + std::to_string(superblock.data_blocks) +
                      " 1 sha256 " + ToHex(root_hash) + " " + (superblock.salt.empty() ? "-" : ToHex(superblock.salt));
  if (reaction == CorruptionReaction::kRestart) table += " 1 restart_on_corruption";
  if (reaction == CorruptionReaction::kPanic) table += " 1 panic_on_corruption";
  return table;
}

}  // namespace hallmark::guest
