// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/chunk_table.h"

namespace hallmark {

/// A source of bytes of rootfs.img.zst. The caller checks the bytes, so the source need not be trusted. Several threads
/// call it at once.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  /// The source's name, for error messages.
  [[nodiscard]] virtual std::string name() const = 0;
  /// Fills `bytes` with the bytes from `offset` on.
  [[nodiscard]] virtual Result<void> Read(uint64_t offset, MutableByteSpan bytes) const = 0;
};

/// A local rootfs.img.zst.
class FileFrameSource : public FrameSource {
 public:
  explicit FileFrameSource(File file) : file_(std::move(file)) {}
  [[nodiscard]] std::string name() const override { return file_.path(); }
  [[nodiscard]] Result<void> Read(uint64_t offset, MutableByteSpan bytes) const override {
    return file_.ReadAt(offset, bytes);
  }

 private:
  File file_;
};

using FrameSources = std::vector<std::unique_ptr<FrameSource>>;

/// Puts frame `index` in `frame`, from the first source whose bytes match the table. An error gives the reason of every
/// source: kVerification if all sources gave other bytes, kIo if one could not be read.
Result<void> FetchFrame(const FrameSources& sources, const ChunkTable& table, size_t index, ByteVector& frame);

/// Puts the raw bytes of chunk `index` in `raw`, which has their size. Checks the frame before decompressing it, and
/// the result before returning.
Result<void> FetchChunk(const FrameSources& sources, const ChunkTable& table, size_t index, MutableByteSpan raw);

}  // namespace hallmark
