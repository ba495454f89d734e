// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/chunk_table.h"
#include "signing/bundle/manifest.h"

namespace hallmark {

/// Reads the chunk table that `manifest` names from `file`, once, and checks its digest. kUnsupported if the manifest
/// names no chunk table, or one that is too large; kVerification if its size or its digest differs.
Result<ByteVector> ReadChunkTableBytes(const Manifest& manifest, const File& file);

/// Parses those bytes, and checks that the sizes are those of the manifest's images. kCorrupt or kUnsupported; the
/// message does not name the file.
Result<ChunkTable> ParseSignedChunkTable(const Manifest& manifest, ByteSpan bytes);

/// Reads and parses the chunk table. Messages begin with the path of `file`.
Result<ChunkTable> ReadChunkTable(const Manifest& manifest, const File& file);

/// The bytes of rootfs.img.zst after its last frame: the seek table. The chunk table determines all of them.
Result<ByteVector> SeekTableOf(const ChunkTable& table);

}  // namespace hallmark
