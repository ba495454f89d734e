// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/file.h"

namespace hallmark::guest {

/// The volume label of an exFAT filesystem, in ASCII; other characters as '?'. Empty if it has none. kCorrupt if the
/// file or device does not begin with exFAT. Reads the boot sector and the root directory's first cluster, no more:
/// this finds a volume, and what is on it is verified by signature afterwards.
Result<std::string> ReadExfatLabel(const File& device);

}  // namespace hallmark::guest
