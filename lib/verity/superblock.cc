// SPDX-License-Identifier: Apache-2.0
#include "lib/verity/superblock.h"

#include <bit>
#include <string_view>

#include "lib/verity/verity_format.h"

namespace hallmark {
namespace {

bool IsBlockSize(uint32_t size) {
  return std::has_single_bit(size) && size >= verity::kMinBlockSize && size <= verity::kMaxBlockSize;
}

/// The name up to the zero that ends it.
std::string_view NameOf(const std::array<char, 32>& algorithm) {
  const std::string_view whole(algorithm.data(), algorithm.size());
  return whole.substr(0, whole.find('\0'));
}

}  // namespace

Result<VeritySuperblock> DecodeVeritySuperblock(ByteSpan bytes) {
  ASSIGN_OR_RETURN(const auto raw, ReadStruct<verity::Superblock>(bytes, "dm-verity superblock"));
  if (raw.signature != verity::kSignature) return CorruptError("dm-verity superblock: no signature");
  if (raw.version != 1 || raw.hash_type != 1) {
    return UnsupportedError("dm-verity superblock: the version or the type is not 1");
  }
  if (NameOf(raw.algorithm) != NameOf(verity::kSha256)) {
    return UnsupportedError("dm-verity superblock: the hash is not sha256");
  }
  if (!IsBlockSize(raw.data_block_size) || !IsBlockSize(raw.hash_block_size)) {
    return CorruptError("dm-verity superblock: a block size is not a power of two from 512 to 65536");
  }
  if (raw.salt_size > raw.salt.size()) return CorruptError("dm-verity superblock: the salt is longer than 256 bytes");
  if (raw.data_blocks == 0) return CorruptError("dm-verity superblock: no data blocks");
  VeritySuperblock superblock{raw.uuid, raw.data_block_size, raw.hash_block_size, raw.data_blocks, {}};
  superblock.salt.assign(raw.salt.begin(), raw.salt.begin() + raw.salt_size);
  return superblock;
}

std::optional<ProbedVolume> ProbeVerity(ByteSpan start) {
  const Result<VeritySuperblock> superblock = DecodeVeritySuperblock(start);
  if (!superblock.ok()) return std::nullopt;
  return ProbedVolume{.kind = "DM_verity_hash", .label = "", .uuid = FormatGuid(superblock->uuid)};
}

}  // namespace hallmark
