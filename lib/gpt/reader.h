// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/gpt/decode.h"
#include "lib/gpt/gpt.h"

namespace hallmark {

/// Reads the partition table of an image, strictly: sectors of 512 bytes, 128 entries of 128 bytes. kCorrupt if either
/// copy or the protective MBR is damaged, if the copies differ, or if a partition lies outside of the disk: an image
/// that was just made has none of these faults. kUnsupported if there are other than 128 entries of 128 bytes.
Result<Gpt> ReadGpt(const File& disk);

/// Reads the entries of a disk's partition table, leniently: any sector size, the backup if the primary is damaged. It
/// is meant to name partitions; the values of the entries are not checked, because the kernel does that. kCorrupt, with
/// what is wrong with the primary, if both copies are damaged.
Result<std::vector<GptEntry>> ReadGptEntries(const File& disk, uint32_t sector_size);

}  // namespace hallmark
