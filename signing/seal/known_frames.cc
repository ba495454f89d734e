// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/known_frames.h"

#include <utility>

namespace hallmark {

KnownFrames::KnownFrames(const ChunkTable& table, File compressed) : compressed_(std::move(compressed)) {
  for (const ChunkTable::Chunk& chunk : table.chunks) chunks_.emplace(chunk.raw_sha256, chunk);
}

std::optional<KnownFrames::Frame> KnownFrames::Find(const Sha256Digest& raw_sha256) const {
  const auto found = chunks_.find(raw_sha256);
  if (found == chunks_.end()) return std::nullopt;
  Frame frame{.bytes = ByteVector(found->second.frame_size), .sha256 = found->second.frame_sha256};
  if (!compressed_.ReadAt(found->second.frame_offset, frame.bytes).ok()) return std::nullopt;
  if (Sha256(frame.bytes) != frame.sha256) return std::nullopt;
  return frame;
}

}  // namespace hallmark
