// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

/// Whole-buffer compression of small things that other programs read: initramfs, kernel modules. What Hallmark itself
/// seeks in is lib/compress's.
enum class Filter { kGzip, kZstd };

/// One stream, without a name or a time in it: the same bytes in give the same bytes out, for one version of the
/// library below.
Result<ByteVector> Compress(ByteSpan bytes, Filter filter);

/// The content of gzip, xz, zstd, bzip2, lz4 or lzma, whichever it is; bytes of none of these come back as they are.
/// kCorrupt if damaged, or if more than `limit` bytes come out.
Result<ByteVector> Decompress(ByteSpan bytes, uint64_t limit);

}  // namespace hallmark
