// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/manifest.h"

namespace hallmark {

/// EFI system partition: UEFI specification, 5.3.3.
constexpr Guid kEspType = {0xc1, 0x2a, 0x73, 0x28, 0xf8, 0x1f, 0x11, 0xd2,
                           0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};

/// The partition table of a raw image as the manifest describes it, digests of its EFI system partitions included.
/// Empty if the image has no GPT; kCorrupt if it has one that firmware would not take.
Result<std::optional<DiskDescription>> DescribeDisk(const File& image);

/// The same without the partitions' digests: the table alone, some 34 KiB.
Result<std::optional<DiskDescription>> DescribeDiskTable(const File& image);

/// SHA-256 of `size` bytes from `offset`. kCorrupt if the file ends before.
Result<Sha256Digest> Sha256OfRange(const File& file, uint64_t offset, uint64_t size);

}  // namespace hallmark
