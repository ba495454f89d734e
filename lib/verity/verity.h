// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/guid.h"
#include "lib/base/result.h"
#include "lib/base/sink.h"
#include "lib/crypto/digest.h"

namespace hallmark {

/// dm-verity's hash tree, format version 1: SHA-256 over salt and block, blocks of 4096 bytes, as veritysetup lays it
/// out (cryptsetup's wiki, "DMVerity"; the kernel's Documentation/admin-guide/device-mapper/verity.rst).
constexpr uint64_t kVerityBlockSize = 4096;

struct VerityOptions {
  Sha256Digest salt{};
  std::array<uint8_t, 16> uuid{};  ///< of the superblock, in the order of its text form
};

/// Bytes of a hash device for that many data blocks, superblock included. `data_blocks` is at least 1.
uint64_t VerityTreeSize(uint64_t data_blocks);

/// A finished tree. It takes 32 bytes of memory for each data block, and 1/128 of that for each level above.
class VerityTree {
 public:
  [[nodiscard]] const Sha256Digest& root_hash() const { return root_hash_; }
  [[nodiscard]] uint64_t data_blocks() const { return data_blocks_; }
  /// The hash device: superblock, then the levels from the root down.
  [[nodiscard]] Result<void> Write(Sink& sink) const;

 private:
  friend class VerityHasher;
  VerityOptions options_;
  uint64_t data_blocks_ = 0;
  Sha256Digest root_hash_{};
  std::vector<std::vector<Sha256Digest>> levels_;  // the leaves first
};

/// Hands data on and hashes them on the way, in the threads that write. What nobody writes costs nothing.
class VerityHasher : public PositionedSink {
 public:
  /// `next` must outlive this object. `data_blocks`, of 4096 bytes, is at least 1.
  VerityHasher(PositionedSink& next, const VerityOptions& options, uint64_t data_blocks);

  /// kUsage unless it is whole blocks of the data.
  Result<void> WriteAt(uint64_t offset, ByteSpan bytes) override;

  /// The tree over all blocks, once nobody writes any more. To be called once.
  VerityTree Finish();

 private:
  PositionedSink& next_;
  VerityOptions options_;
  std::vector<Sha256Digest> leaves_;  // a thread that writes has the slots of its blocks to itself
};

/// What a hash device says of itself, and what it comes to.
struct VerityFacts {
  Guid uuid{};
  uint64_t data_blocks = 0;  ///< of 4096 bytes
  ByteVector salt;           ///< at most 256 bytes
  Sha256Digest root_hash{};  ///< of the block at the top of the tree; what lies below it is not looked at
  uint64_t size = 0;         ///< bytes that superblock and tree take
};
/// Reads the superblock and the top of the hash tree in `size` bytes of `file` from `offset` on. kCorrupt if they do
/// not fit; kUnsupported unless it is as VerityTree writes it: type 1, SHA-256, blocks of 4096 bytes, at least two of
/// them.
Result<VerityFacts> ReadVerity(const File& file, uint64_t offset, uint64_t size);

}  // namespace hallmark
