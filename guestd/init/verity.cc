// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/verity.h"

#include <bit>
#include <cstddef>
#include <cstring>

#include "lib/base/checked.h"
#include "lib/base/endian.h"

namespace hallmark::guest {
namespace {

// cryptsetup, lib/verity/verity.c: struct verity_sb.
struct RawSuperblock {
  std::array<char, 8> signature;   // 0: "verity\0\0"
  Le32 version;                    // 8: 1
  Le32 hash_type;                  // 12: 1, salt before data
  std::array<uint8_t, 16> uuid;    // 16
  std::array<char, 32> algorithm;  // 32: NUL-terminated
  Le32 data_block_size;            // 64
  Le32 hash_block_size;            // 68
  Le64 data_blocks;                // 72
  Le16 salt_size;                  // 80: 0 to 256
  std::array<uint8_t, 6> pad1;     // 82
  std::array<uint8_t, 256> salt;   // 88
  std::array<uint8_t, 168> pad2;   // 344
};
static_assert(sizeof(RawSuperblock) == 512 && offsetof(RawSuperblock, salt) == 88);

constexpr uint32_t kSectorSize = 512;

bool IsBlockSize(uint32_t size) { return std::has_single_bit(size) && size >= 512 && size <= 65536; }

}  // namespace

Result<VeritySuperblock> DecodeVeritySuperblock(ByteSpan bytes) {
  ASSIGN_OR_RETURN(const RawSuperblock raw, ReadStruct<RawSuperblock>(bytes, "dm-verity superblock"));
  if (std::memcmp(raw.signature.data(), "verity\0\0", 8) != 0)
    return CorruptError("dm-verity superblock: no signature");
  if (raw.version != 1 || raw.hash_type != 1) return UnsupportedError("dm-verity superblock: unknown version or type");
  if (std::memcmp(raw.algorithm.data(), "sha256", 7) != 0) {
    return UnsupportedError("dm-verity superblock: the hash is not sha256");
  }
  if (!IsBlockSize(raw.data_block_size) || !IsBlockSize(raw.hash_block_size)) {
    return CorruptError("dm-verity superblock: bad block size");
  }
  if (raw.salt_size > raw.salt.size()) return CorruptError("dm-verity superblock: salt too long");
  if (raw.data_blocks == 0) return CorruptError("dm-verity superblock: no data blocks");
  VeritySuperblock superblock{raw.uuid, raw.data_block_size, raw.hash_block_size, raw.data_blocks, {}};
  superblock.salt.assign(raw.salt.begin(), raw.salt.begin() + raw.salt_size);
  return superblock;
}

Result<uint64_t> VeritySectors(const VeritySuperblock& superblock) {
  return CheckedMultiply<uint64_t>(superblock.data_blocks, superblock.data_block_size / kSectorSize,
                                   "dm-verity data blocks");
}

std::string VerityTable(const VeritySuperblock& superblock, const std::string& data_device,
                        const std::string& hash_device, ByteSpan root_hash, CorruptionReaction reaction) {
  // Version 1; the tree starts in the block after the superblock's. A salt of no bytes is written "-".
  std::string table = "1 " + data_device + " " + hash_device + " " + std::to_string(superblock.data_block_size) + " " +
                      std::to_string(superblock.hash_block_size) + " " + std::to_string(superblock.data_blocks) +
                      " 1 sha256 " + ToHex(root_hash) + " " + (superblock.salt.empty() ? "-" : ToHex(superblock.salt));
  if (reaction == CorruptionReaction::kRestart) table += " 1 restart_on_corruption";
  if (reaction == CorruptionReaction::kPanic) table += " 1 panic_on_corruption";
  return table;
}

}  // namespace hallmark::guest
