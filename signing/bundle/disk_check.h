// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/manifest.h"
#include "signing/document/finding.h"

namespace hallmark {

/// Compares both copies of the partition table of rootfs.img with the signed one. The finding tells an image of another
/// release from a damaged or changed table, and names the partition.
Result<std::optional<Finding>> CheckDiskTable(const DiskDescription& expected, const File& image);

}  // namespace hallmark
