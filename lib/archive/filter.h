// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

/// Whole-buffer compression of small things that other programs read: initramfs, kernel modules. lib/compress makes the
/// seekable files that Hallmark itself reads.
enum class Filter { kGzip, kZstd };

/// Makes one stream without a name or a time in it: the same bytes in give the same bytes out, for one version of the
/// compression library.
Result<ByteVector> Compress(ByteSpan bytes, Filter filter);

/// Decompresses gzip, xz, zstd, bzip2, lz4 or lzma; other bytes come back unchanged. kCorrupt if the data is damaged,
/// or if more than `limit` bytes come out.
Result<ByteVector> Decompress(ByteSpan bytes, uint64_t limit);

}  // namespace hallmark
