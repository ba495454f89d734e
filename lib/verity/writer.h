// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/guid.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"
#include "lib/crypto/digest.h"

namespace hallmark {

// Writes dm-verity's hash tree, format version 1: SHA-256 over salt and block, blocks of 4096 bytes, as veritysetup
// writes it.

struct VerityOptions {
  Sha256Digest salt{};
  Guid uuid{};  ///< written to the superblock
};

/// A finished tree. It takes 32 bytes of memory for each data block, and 1/128 of that for each level above.
class VerityTree {
 public:
  [[nodiscard]] const Sha256Digest& root_hash() const { return root_hash_; }
  [[nodiscard]] uint64_t data_blocks() const { return data_blocks_; }
  /// Writes the hash device: superblock, then the levels from the root down.
  [[nodiscard]] Result<void> Write(Sink& sink) const;

 private:
  friend class VerityHasher;
  VerityOptions options_;
  uint64_t data_blocks_ = 0;
  Sha256Digest root_hash_{};
  std::vector<std::vector<Sha256Digest>> levels_;  // leaves first
};

/// Passes data on to `next` and hashes it in the threads that write. Blocks that are never written count as zeros and
/// take no time to hash.
class VerityHasher : public PositionedSink {
 public:
  /// `next` must outlive this object. `data_blocks`, of 4096 bytes, is at least 1.
  VerityHasher(PositionedSink& next, const VerityOptions& options, uint64_t data_blocks);

  /// kUsage unless `offset` and `bytes` are whole blocks of the data.
  Result<void> WriteAt(uint64_t offset, ByteSpan bytes) override;

  /// The tree over all blocks. Call it once, after the last write.
  VerityTree Finish();

 private:
  PositionedSink& next_;
  VerityOptions options_;
  std::vector<Sha256Digest> leaves_;  // each writing thread uses only the slots of its own blocks
};

}  // namespace hallmark
