// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"
#include "lib/compress/zstd_frame.h"
#include "lib/crypto/digest.h"
#include "signing/seal/known_frames.h"

// What the threads of PackImage() work with.

namespace hallmark {

/// The result for one chunk.
struct PackedChunk {
  Sha256Digest raw_sha256{};
  Sha256Digest frame_sha256{};
  std::shared_ptr<const ByteVector> frame;
  bool zero = false;
  bool known = false;
};

/// Compresses chunks into frames, or takes known frames. Keeps idle compressors, so that there are only as many as
/// threads compress at a time.
class ChunkPacker {
 public:
  ChunkPacker(int level, const KnownFrames* known) : level_(level), known_(known) {}

  /// Packs one chunk, whose raw bytes are `raw`, into one frame of its own. Thread-safe. Does not look for zeros:
  /// `zero` of the result is false.
  Result<PackedChunk> Pack(ByteSpan raw) {
    PackedChunk chunk{.raw_sha256 = Sha256(raw)};
    std::optional<KnownFrames::Frame> frame = known_ != nullptr ? known_->Find(chunk.raw_sha256) : std::nullopt;
    chunk.known = frame.has_value();
    if (!frame) {
      ASSIGN_OR_RETURN(frame, Compress(raw));
    }
    chunk.frame_sha256 = frame->sha256;
    chunk.frame = std::make_shared<const ByteVector>(std::move(frame->bytes));
    return chunk;
  }

 private:
  Result<KnownFrames::Frame> Compress(ByteSpan raw) {
    std::unique_ptr<FrameCompressor> compressor = Take();
    Result<ByteVector> frame = compressor->Compress(raw);
    Give(std::move(compressor));
    if (!frame.ok()) return std::move(frame).error();
    const Sha256Digest sha256 = Sha256(*frame);
    return KnownFrames::Frame{std::move(frame).value(), sha256};
  }
  std::unique_ptr<FrameCompressor> Take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<FrameCompressor>(level_);
    std::unique_ptr<FrameCompressor> compressor = std::move(idle_.back());
    idle_.pop_back();
    return compressor;
  }
  void Give(std::unique_ptr<FrameCompressor> compressor) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(compressor));
  }

  int level_;
  const KnownFrames* known_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<FrameCompressor>> idle_;
};

/// A pool of buffers of one size. Making a buffer anew would have the kernel and us clear it.
class BufferPool {
 public:
  explicit BufferPool(size_t size) : shared_(std::make_shared<Shared>()), size_(size) {}

  /// A buffer with undefined content. It returns to the pool once its last owner drops it, in any thread.
  std::shared_ptr<ByteVector> Take() {
    std::unique_ptr<ByteVector> buffer;
    {
      const std::lock_guard lock(shared_->mutex);
      if (!shared_->idle.empty()) {
        buffer = std::move(shared_->idle.back());
        shared_->idle.pop_back();
      }
    }
    if (!buffer) buffer = std::make_unique<ByteVector>(size_);
    return {buffer.release(), [shared = shared_](ByteVector* used) {
              const std::lock_guard lock(shared->mutex);
              shared->idle.emplace_back(used);
            }};
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::vector<std::unique_ptr<ByteVector>> idle;
  };
  std::shared_ptr<Shared> shared_;
  size_t size_;
};

}  // namespace hallmark
