// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "guestd/init/command_line.h"
#include "lib/base/bytes.h"
#include "lib/base/result.h"
#include "lib/verity/superblock.h"

namespace hallmark::guest {

/// The sectors of 512 bytes that the mapped device has. kCorrupt if a number of 64 bits can't hold them.
Result<uint64_t> VeritySectors(const VeritySuperblock& superblock);

/// The parameters of a "verity" target (Documentation/admin-guide/device-mapper/verity.rst).
std::string VerityTable(const VeritySuperblock& superblock, const std::string& data_device,
                        const std::string& hash_device, ByteSpan root_hash, CorruptionReaction reaction);

}  // namespace hallmark::guest
