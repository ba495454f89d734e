// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/manifest.h"

namespace hallmark {

/// Reads the partition table of a raw image in the form that the manifest has it, with the digests of its EFI system
/// partitions. Empty if the image has no GPT. kCorrupt or kUnsupported if the primary table is damaged, does not have
/// 128 entries of 128 bytes in sector 2, or names a partition outside of the image. Of the backup table, only the
/// digest is taken.
Result<std::optional<DiskDescription>> DescribeDisk(const File& image);

/// The same without the partitions' digests. Reads only the two copies of the table, 67 sectors.
Result<std::optional<DiskDescription>> DescribeDiskTable(const File& image);

/// SHA-256 of `size` bytes from `offset`. kCorrupt if the file is too short.
Result<Sha256Digest> Sha256OfRange(const File& file, uint64_t offset, uint64_t size);

}  // namespace hallmark
