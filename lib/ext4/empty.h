// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/ext4/writer.h"

namespace hallmark {

/// Makes an empty ext4 filesystem with a journal in `file`, which is new, for a guest to write to: as libext2fs formats
/// it, with the features of mke2fs 1.47. Only bytes that are not zero are written; the rest stays holes. The same
/// version of libext2fs and the same options give the same bytes. kUsage if `size` is not a multiple of 4096 or is too
/// small for the journal.
Result<void> WriteEmptyExt4(const Ext4Options& options, const File& file);

}  // namespace hallmark
