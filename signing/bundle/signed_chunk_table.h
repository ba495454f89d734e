// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/chunk_table.h"
#include "signing/bundle/manifest.h"

namespace hallmark {

/// The bytes of the chunk table that `manifest` names, read from `file` once; their digest was checked. kUnsupported if
/// the manifest names none, or one that is too large to be read; kVerification if its size or its digest differs.
Result<ByteVector> ReadChunkTableBytes(const Manifest& manifest, const File& file);

/// The chunk table in those bytes, whose sizes are those of the manifest's images. kCorrupt or kUnsupported, with a
/// message that does not name the file.
Result<ChunkTable> ParseSignedChunkTable(const Manifest& manifest, ByteSpan bytes);

/// Both at once; messages begin with the path of `file`.
Result<ChunkTable> ReadChunkTable(const Manifest& manifest, const File& file);

/// The bytes of rootfs.img.zst behind its last frame: the seek table. There is one only that fits a chunk table.
Result<ByteVector> SeekTableOf(const ChunkTable& table);

}  // namespace hallmark
