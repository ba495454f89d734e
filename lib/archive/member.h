// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Copies the content of one regular file of a tar archive, compressed or not, to `output`, which is new or empty.
/// `member` is its full name in the archive. kNotFound if the archive has no such member; kCorrupt if the archive is
/// damaged or the member is larger than `limit` bytes.
Result<void> CopyArchiveMember(const File& archive, const std::string& member, const File& output,
                               uint64_t limit = uint64_t{4} << 30);

}  // namespace hallmark
