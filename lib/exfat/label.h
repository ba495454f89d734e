// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/file.h"
#include "lib/base/probed_volume.h"
#include "lib/base/result.h"

namespace hallmark {

/// Kind "exfat", label and serial number ("1234-ABCD") of the filesystem in `file` from `offset` on. Characters of the
/// label that are not printable ASCII become '?'. Reads the boot sector and at most 64 KiB of the root directory's
/// first cluster, and checks only what is required to find them: this identifies a volume; ExfatReader checks one.
/// kCorrupt if it is not exFAT, or if the numbers in its boot sector are out of range.
Result<ProbedVolume> ProbeExfat(const File& file, uint64_t offset = 0);

}  // namespace hallmark
