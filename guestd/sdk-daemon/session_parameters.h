// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "guestd/common/cgroup.h"
#include "guestd/sdk-daemon/session_record.h"
#include "lib/base/result.h"
#include "lib/json/object_reader.h"

// Members that the parameters of several methods have. What is wrong with one, the reader tells.

namespace hallmark::guest {

/// "memory", "cpu" and "processes": those that are there.
CgroupLimits TakeLimits(ObjectReader& reader);

/// "open_files", if it is there.
std::optional<uint64_t> TakeOpenFiles(ObjectReader& reader);

/// "folders": at most 100. kUsage with the member of one that is wrong.
Result<std::vector<SharedDirectory>> TakeDirectories(ObjectReader& reader);

}  // namespace hallmark::guest
