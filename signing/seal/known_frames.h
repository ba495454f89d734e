// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/crypto/digest.h"
#include "signing/bundle/chunk_table.h"

namespace hallmark {

/// Frames that were made before, by what they hold: packing an image of which little has changed compresses that
/// little. The table is trusted, since the frames in it decide bytes of a bundle; the file is not, since each frame is
/// checked.
class KnownFrames {
 public:
  /// `compressed` is the .zst that `table` is of.
  KnownFrames(const ChunkTable& table, File compressed);

  struct Frame {
    ByteVector bytes;
    Sha256Digest sha256;
  };
  /// The frame of a chunk with that digest; nothing if none is known or the file no longer holds it. Several threads
  /// may call it.
  [[nodiscard]] std::optional<Frame> Find(const Sha256Digest& raw_sha256) const;

 private:
  File compressed_;
  std::map<Sha256Digest, ChunkTable::Chunk> chunks_;
};

}  // namespace hallmark
