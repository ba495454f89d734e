// SPDX-License-Identifier: Apache-2.0
#include "lib/verity/verity.h"

#include <algorithm>
#include <cstring>

#include "lib/base/checked.h"
#include "lib/base/endian.h"

namespace hallmark {
namespace {

constexpr size_t kDigestsPerBlock = kVerityBlockSize / sizeof(Sha256Digest);

struct VeritySuperblock {
  char signature[8] = {'v', 'e', 'r', 'i', 't', 'y', 0, 0};
  Le32 version = 1;
  Le32 hash_type = 1;
  std::array<uint8_t, 16> uuid{};
  char algorithm[32] = {'s', 'h', 'a', '2', '5', '6'};
  Le32 data_block_size = kVerityBlockSize;
  Le32 hash_block_size = kVerityBlockSize;
  Le64 data_blocks = 0;
  Le16 salt_size = sizeof(Sha256Digest);
  uint8_t padding1[6] = {};
  std::array<uint8_t, 256> salt{};
  uint8_t padding2[168] = {};
};
static_assert(sizeof(VeritySuperblock) == 512);

ByteSpan DigestBytes(const std::vector<Sha256Digest>& digests) {
  return {reinterpret_cast<const uint8_t*>(digests.data()), digests.size() * sizeof(Sha256Digest)};
}

/// One digest a block; the last block may be short, and counts as filled up with zeros.
std::vector<Sha256Digest> HashBlocks(const Sha256Digest& salt, ByteSpan bytes) {
  std::vector<Sha256Digest> digests;
  digests.reserve(bytes.size() / kVerityBlockSize + 1);
  Sha256Hasher hasher;
  while (!bytes.empty()) {
    const ByteSpan block = bytes.first(std::min<size_t>(bytes.size(), kVerityBlockSize));
    hasher.Reset();
    hasher.Update(salt);
    hasher.Update(block);
    if (block.size() < kVerityBlockSize) hasher.Update(ByteVector(kVerityBlockSize - block.size()));
    digests.push_back(hasher.Finish());
    bytes = bytes.subspan(block.size());
  }
  return digests;
}

}  // namespace

uint64_t VerityTreeSize(uint64_t data_blocks) {
  uint64_t blocks = 1;  // the superblock's
  for (uint64_t level = data_blocks; level > 1;) {
    level = DivideRoundUp(level, kDigestsPerBlock);
    blocks += level;
  }
  return blocks * kVerityBlockSize;
}

Result<void> VerityTree::Write(Sink& sink) const {
  VeritySuperblock superblock;
  superblock.uuid = options_.uuid;
  superblock.data_blocks = data_blocks_;
  std::copy(options_.salt.begin(), options_.salt.end(), superblock.salt.begin());
  ByteVector block(kVerityBlockSize);
  std::copy_n(StructBytes(superblock).begin(), sizeof superblock, block.begin());
  RETURN_IF_ERROR(sink.Write(block));
  // The highest level is one block; a tree over a single data block has none at all.
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    const ByteSpan bytes = DigestBytes(*level);
    RETURN_IF_ERROR(sink.Write(bytes));
    RETURN_IF_ERROR(sink.Write(ByteVector(RoundUp(bytes.size(), kVerityBlockSize) - bytes.size())));
  }
  return {};
}

VerityHasher::VerityHasher(PositionedSink& next, const VerityOptions& options, uint64_t data_blocks)
    : next_(next),
      options_(options),
      leaves_(data_blocks, HashBlocks(options.salt, ByteVector(kVerityBlockSize)).front()) {}

Result<void> VerityHasher::WriteAt(uint64_t offset, ByteSpan bytes) {
  const uint64_t size = leaves_.size() * kVerityBlockSize;
  if (offset % kVerityBlockSize != 0 || bytes.size() % kVerityBlockSize != 0 || !InBounds(offset, bytes.size(), size)) {
    return UsageError("dm-verity: a write of other than whole blocks of the data");
  }
  const std::vector<Sha256Digest> digests = HashBlocks(options_.salt, bytes);
  std::ranges::copy(digests, leaves_.begin() + static_cast<ptrdiff_t>(offset / kVerityBlockSize));
  return next_.WriteAt(offset, bytes);
}

VerityTree VerityHasher::Finish() {
  VerityTree tree;
  tree.options_ = options_;
  tree.data_blocks_ = leaves_.size();
  std::vector<Sha256Digest> level = std::move(leaves_);
  while (level.size() > 1) {
    std::vector<Sha256Digest> above = HashBlocks(options_.salt, DigestBytes(level));
    tree.levels_.push_back(std::move(level));
    level = std::move(above);
  }
  tree.root_hash_ = level.front();
  return tree;
}

Result<VerityFacts> ReadVerity(const File& file, uint64_t offset, uint64_t size) {
  const std::string what = file.path() + ": dm-verity";
  if (size < 2 * kVerityBlockSize) return CorruptError(what + ": no room for a hash tree");
  ByteVector bytes(2 * kVerityBlockSize);  // the superblock's, and the top of the tree
  RETURN_IF_ERROR(file.ReadAt(offset, bytes));
  ASSIGN_OR_RETURN(const auto superblock, ReadStruct<VeritySuperblock>(bytes, what));
  const VeritySuperblock expected;
  if (std::memcmp(superblock.signature, expected.signature, sizeof expected.signature) != 0) {
    return CorruptError(what + ": no superblock");
  }
  if (superblock.version != expected.version || superblock.hash_type != expected.hash_type ||
      std::memcmp(superblock.algorithm, expected.algorithm, sizeof expected.algorithm) != 0 ||
      superblock.data_block_size != kVerityBlockSize || superblock.hash_block_size != kVerityBlockSize) {
    return UnsupportedError(what + ": not of version 1, type 1, with SHA-256 over blocks of 4096 bytes");
  }
  if (superblock.salt_size > superblock.salt.size()) return CorruptError(what + ": an impossible salt");
  VerityFacts facts{.uuid = superblock.uuid, .data_blocks = superblock.data_blocks};
  if (facts.data_blocks < 2) return UnsupportedError(what + ": over fewer than two blocks");
  if (facts.data_blocks > size) return CorruptError(what + ": over more blocks than its tree can hold");
  facts.size = VerityTreeSize(facts.data_blocks);
  if (facts.size > size) return CorruptError(what + ": the hash tree does not fit into its partition");
  facts.salt.assign(superblock.salt.begin(), superblock.salt.begin() + superblock.salt_size);
  Sha256Hasher hasher;
  hasher.Update(facts.salt);
  hasher.Update(ByteSpan(bytes).subspan(kVerityBlockSize));
  facts.root_hash = hasher.Finish();
  return facts;
}

}  // namespace hallmark
