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
/// copy or the protective MBR is damaged, if the copies differ, or if a partition lies outside: an image that was just
/// made is whole. kUnsupported if there are other than 128 entries of 128 bytes.
Result<Gpt> ReadGpt(const File& disk);

/// Reads the entries of a disk's partition table, leniently: any size of sector, the backup if the primary does not
/// hold. What the entries say is not checked, the kernel does that: this names partitions. kCorrupt, with what is wrong
/// with the primary, if neither copy holds.
Result<std::vector<GptEntry>> ReadGptEntries(const File& disk, uint32_t sector_size);

}  // namespace hallmark
