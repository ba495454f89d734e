// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/exfat/exfat.h"
#include "lib/exfat/reader.h"

namespace hallmark {

/// Does what ExfatReader::Open() does, and refuses a filesystem that WriteExfat() would not have written for these
/// files, label, serial and start into `size` bytes: kCorrupt if any byte outside of the content of files differs. If
/// one bit of what WriteExfat() wrote has changed, the structure that is named is the one that holds the bit, with one
/// exception: if a letter of a name has become its capital, the entry set is named. A changed bit in the content of a
/// file or in the label may pass: the caller knows what these must be.
Result<ExfatReader> OpenCanonicalExfat(const File& file, uint64_t offset, uint64_t size,
                                       ExfatDefect* at_fault = nullptr, uint64_t limit = kExfatMemory);

}  // namespace hallmark
