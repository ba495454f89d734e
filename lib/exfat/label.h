// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/file.h"
#include "lib/base/probed_volume.h"
#include "lib/base/result.h"

namespace hallmark {

/// Kind "exfat", label and serial number ("1234-ABCD") of the filesystem in `file` from `offset` on. In the label
/// characters other than those of ASCII that can be printed become '?'. Reads the boot sector and at most 64 KiB of the
/// root directory's first cluster, and checks only what it needs to find them: this finds a volume, and ExfatReader
/// checks one. kCorrupt if it is not exFAT, or if the numbers in its boot sector are out of range.
Result<ProbedVolume> ProbeExfat(const File& file, uint64_t offset = 0);

}  // namespace hallmark
