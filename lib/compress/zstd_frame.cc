// SPDX-License-Identifier: Apache-2.0
#include "lib/compress/zstd_frame.h"

#include <zstd.h>

namespace hallmark {

std::string FrameEncoder(int level) {
  return std::string("zstd-") + ZSTD_versionString() + "-level-" + std::to_string(level);
}

void FrameCompressor::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

FrameCompressor::FrameCompressor(int level) : context_(ZSTD_createCCtx()) {
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}
FrameCompressor::FrameCompressor(FrameCompressor&&) noexcept = default;
FrameCompressor::~FrameCompressor() = default;

Result<ByteVector> FrameCompressor::Compress(ByteSpan raw) {
  if (const size_t bound = ZSTD_compressBound(raw.size()); scratch_.size() < bound) scratch_.resize(bound);
  const size_t size = ZSTD_compress2(context_.get(), scratch_.data(), scratch_.size(), raw.data(), raw.size());
  if (ZSTD_isError(size) != 0) return InternalError(std::string("zstd: ") + ZSTD_getErrorName(size));
  return ByteVector(scratch_.begin(), scratch_.begin() + static_cast<std::ptrdiff_t>(size));
}

void FrameDecompressor::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

FrameDecompressor::FrameDecompressor() : context_(ZSTD_createDCtx()) {}
FrameDecompressor::FrameDecompressor(FrameDecompressor&&) noexcept = default;
FrameDecompressor::~FrameDecompressor() = default;

Result<void> FrameDecompressor::Decompress(ByteSpan frame, MutableByteSpan raw) {
  const size_t one_frame = ZSTD_findFrameCompressedSize(frame.data(), frame.size());
  if (ZSTD_isError(one_frame) != 0 || one_frame != frame.size()) return CorruptError("not one zstd frame");
  const size_t size = ZSTD_decompressDCtx(context_.get(), raw.data(), raw.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0) return CorruptError(std::string("zstd: ") + ZSTD_getErrorName(size));
  if (size != raw.size()) return CorruptError("a zstd frame of " + std::to_string(size) + " bytes");
  return {};
}

}  // namespace hallmark
