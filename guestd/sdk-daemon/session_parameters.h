// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "guestd/common/cgroup.h"
#include "guestd/sdk-daemon/session_record.h"
#include "lib/base/result.h"
#include "lib/json/object_reader.h"

// Parameters that several methods have. The reader reports what is wrong with them.

namespace hallmark::guest {

/// Takes "memory", "cpu" and "processes", each optional.
CgroupLimits TakeLimits(ObjectReader& reader);

/// Takes "open_files", which is optional.
std::optional<uint64_t> TakeOpenFiles(ObjectReader& reader);

/// Takes "folders": at most 100 directories. kUsage names the wrong member.
Result<std::vector<SharedDirectory>> TakeDirectories(ObjectReader& reader);

}  // namespace hallmark::guest
