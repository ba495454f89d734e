// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/bytes.h"
#include "lib/base/result.h"
#include "lib/gpt/gpt.h"

namespace hallmark {

/// The two copies of a table as stored on disk.
struct GptImage {
  ByteVector primary;  ///< kGptPrimarySize bytes from the start of the disk: protective MBR, header, entries
  ByteVector backup;   ///< kGptBackupSize bytes up to the end of the disk: entries, header
};

/// Writes a table for a disk with sectors of 512 bytes. kUsage if the disk is too small, if partitions overlap, are not
/// whole sectors or overlap the tables, or if a name is longer than 36 UTF-16 units.
Result<GptImage> FormatGpt(const Gpt& gpt);

}  // namespace hallmark
