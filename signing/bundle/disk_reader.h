// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/manifest.h"

namespace hallmark {

/// Reads the partition table of a raw image as the manifest describes it, digests of its EFI system partitions
/// included. Empty if the image has no GPT. kCorrupt or kUnsupported if the primary table is damaged, is not of 128
/// entries of 128 bytes in sector 2, or names a partition outside of the image. Of the backup it takes the digest.
Result<std::optional<DiskDescription>> DescribeDisk(const File& image);

/// The same without the partitions' digests: reads the two copies of the table, 67 sectors.
Result<std::optional<DiskDescription>> DescribeDiskTable(const File& image);

/// SHA-256 of `size` bytes from `offset`. kCorrupt if the file ends before.
Result<Sha256Digest> Sha256OfRange(const File& file, uint64_t offset, uint64_t size);

}  // namespace hallmark
