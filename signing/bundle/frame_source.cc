// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/frame_source.h"

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
  // If any source could not be asked, asking again may help: this counts for more than another source without signed
  // bytes.
  ErrorKind kind = sources.empty() ? ErrorKind::kNotFound : ErrorKind::kVerification;
  std::string reasons;
  for (const std::unique_ptr<FrameSource>& source : sources) {
    Result<void> result = FetchFrameFrom(*source, table.chunks[index], frame);
    if (result.ok()) return result;
    if (result.error().kind != ErrorKind::kVerification) kind = ErrorKind::kIo;
    reasons += (reasons.empty() ? "" : "; ") + result.error().message;
  }
  if (sources.empty()) reasons = "there is no compressed image to take it from";
  return Error{kind, "frame " + std::to_string(index) + ": " + reasons,
               "hallmark repair takes frames from another copy of the bundle: --from DIRECTORY or --from URL"};
}

Result<void> FetchChunk(const FrameSources& sources, const ChunkTable& table, size_t index, MutableByteSpan raw) {
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
