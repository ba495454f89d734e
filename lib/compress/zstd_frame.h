// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace hallmark {

constexpr int kDefaultZstdLevel = 3;  // the default of the zstd program
constexpr int kMaxZstdLevel = 19;     // higher levels use more memory than we allow

/// What determines the bytes of a frame besides its content: "zstd-1.5.4-level-3".
std::string FrameEncoder(int level);

/// Makes zstd frames (RFC 8878) that stand alone: content size in the header, checksum at the end. Use one object per
/// thread. The same bytes, level and library version give the same frame.
class FrameCompressor {
 public:
  /// `level` is 1 to kMaxZstdLevel.
  explicit FrameCompressor(int level);
  FrameCompressor(FrameCompressor&&) noexcept;
  ~FrameCompressor();

  /// One frame that holds `raw`. kInternal if libzstd fails.
  Result<ByteVector> Compress(ByteSpan raw);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  ByteVector scratch_;  // as large as the largest frame: allocated and cleared once
};

/// Reads such frames. Use one object per thread.
class FrameDecompressor {
 public:
  FrameDecompressor();
  FrameDecompressor(FrameDecompressor&&) noexcept;
  ~FrameDecompressor();

  /// Fills `raw` with the content of one frame. kCorrupt if `frame` is damaged, is more than one frame, or holds any
  /// other number of bytes; nothing is ever written past `raw`.
  Result<void> Decompress(ByteSpan frame, MutableByteSpan raw);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace hallmark
