// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "guestd/init/command_line.h"
#include "lib/base/bytes.h"
#include "lib/base/result.h"
#include "lib/verity/superblock.h"

namespace hallmark::guest {

/// The size of the mapped device in sectors of 512 bytes. kCorrupt if it does not fit 64 bits.
Result<uint64_t> VeritySectors(const VeritySuperblock& superblock);

/// The parameters of a "verity" target (Documentation/admin-guide/device-mapper/verity.rst).
std::string VerityTable(const VeritySuperblock& superblock, const std::string& data_device,
                        const std::string& hash_device, ByteSpan root_hash, CorruptionReaction reaction);

}  // namespace hallmark::guest
