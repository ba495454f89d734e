// SPDX-License-Identifier: Apache-2.0
#include "lib/verity/writer.h"

#include <algorithm>

#include "lib/base/checked.h"
#include "lib/verity/verity.h"
#include "lib/verity/verity_format.h"

namespace hallmark {
namespace {

/// One digest per block. A short last block is filled up with zeros.
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

Result<void> VerityTree::Write(Sink& sink) const {
  verity::Superblock superblock;
  superblock.data_block_size = superblock.hash_block_size = static_cast<uint32_t>(kVerityBlockSize);
  superblock.salt_size = static_cast<uint16_t>(options_.salt.size());
  superblock.uuid = options_.uuid;
  superblock.data_blocks = data_blocks_;
  std::copy(options_.salt.begin(), options_.salt.end(), superblock.salt.begin());
  ByteVector block(kVerityBlockSize);
  std::copy_n(StructBytes(superblock).begin(), sizeof superblock, block.begin());
  RETURN_IF_ERROR(sink.Write(block));
  // The highest level is one block; a single data block has no tree at all.
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    const ByteSpan bytes = ArrayBytes(*level);
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
    return UsageError("dm-verity: what is written is not whole blocks of the data");
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
    std::vector<Sha256Digest> above = HashBlocks(options_.salt, ArrayBytes(level));
    tree.levels_.push_back(std::move(level));
    level = std::move(above);
  }
  tree.root_hash_ = level.front();
  return tree;
}

}  // namespace hallmark
