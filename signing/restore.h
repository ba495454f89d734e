// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "signing/chunk_table.h"

namespace hallmark {

/// Where frames of a .zst come from.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  /// The bytes of one frame, `size` from `offset` on; nothing is checked yet. Called by several threads.
  virtual Result<ByteVector> Read(uint64_t offset, uint32_t size) const = 0;
};

/// Frames of a local file, which must outlive the source.
class FileFrameSource : public FrameSource {
 public:
  explicit FileFrameSource(const File& file) : file_(file) {}
  Result<ByteVector> Read(uint64_t offset, uint32_t size) const override;

 private:
  const File& file_;
};

/// Makes `image` from the frames: each is checked before it is decompressed, and its content before it is written; zeros
/// become holes. Works beside the image under a hidden name, and goes on with what an earlier run left there once that is
/// found right; the rename comes last. kIo at once if the disk has too little room, or if another process is at it;
/// kVerification names the frame that is not what was signed.
Result<void> RestoreImage(const std::filesystem::path& image, const ChunkTable& table, const FrameSource& source,
                          ThreadPool& pool, Progress& progress);

/// Rewrites these chunks of `image` in place, and sets its size.
Result<void> RepairChunks(const File& image, const ChunkTable& table, const std::vector<size_t>& chunks,
                          const FrameSource& source, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
