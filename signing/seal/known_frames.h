// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/crypto/digest.h"
#include "signing/bundle/chunk_table.h"

namespace hallmark {

/// Existing frames, found by the digest of their content, so that an image that has changed little takes little
/// compression. The table must be trusted, because its frames determine bytes of a bundle. The file need not be,
/// because each frame is checked.
class KnownFrames {
 public:
  /// `compressed` is the .zst file that `table` describes.
  KnownFrames(const ChunkTable& table, File compressed);

  struct Frame {
    ByteVector bytes;
    Sha256Digest sha256;
  };
  /// The frame of the chunk with that digest. Empty if none is known, or if the file no longer holds it. Thread-safe.
  [[nodiscard]] std::optional<Frame> Find(const Sha256Digest& raw_sha256) const;

 private:
  File compressed_;
  std::map<Sha256Digest, ChunkTable::Chunk> chunks_;
};

}  // namespace hallmark
