// SPDX-License-Identifier: Apache-2.0
#include "signing/frame_source.h"

#include "lib/compress/zstd_frame.h"

namespace hallmark {
namespace {

Result<void> FetchFrameFrom(const FrameSource& source, const ChunkTable::Chunk& chunk, ByteVector& frame) {
  frame.resize(chunk.frame_size);
  RETURN_IF_ERROR(source.Read(chunk.frame_offset, frame));
  if (Sha256(frame) != chunk.frame_sha256) return VerificationError(source.name() + ": holds other bytes than signed");
  return {};
}

}  // namespace

Result<void> FetchFrame(const FrameSources& sources, const ChunkTable& table, size_t index, ByteVector& frame) {
  Result<void> result = NotFoundError("there is no compressed image to take it from");
  for (const std::unique_ptr<FrameSource>& source : sources) {
    result = FetchFrameFrom(*source, table.chunks[index], frame);
    if (result.ok()) return result;
  }
  return std::move(result)
      .WithContext("frame " + std::to_string(index))
      .WithHint("hallmark repair takes frames from another copy of the bundle: --from");
}

Result<void> FetchChunk(const FrameSources& sources, const ChunkTable& table, size_t index, ByteVector& raw) {
  raw.resize(table.RawSize(index));
  thread_local FrameDecompressor decompressor;
  thread_local ByteVector frame;
  RETURN_IF_ERROR(FetchFrame(sources, table, index, frame));
  RETURN_IF_ERROR(decompressor.Decompress(frame, raw).WithContext("frame " + std::to_string(index)));
  if (Sha256(raw) != table.chunks[index].raw_sha256) {
    return VerificationError("chunk " + std::to_string(index) + ": its frame is the signed one and its content is not");
  }
  return {};
}

}  // namespace hallmark
