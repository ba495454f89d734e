// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ext2fs/ext2fs.h>

#include <cstdint>
#include <string>

#include "lib/base/file.h"

namespace hallmark::ext4 {

/// Lets libext2fs read a part of an open file, and nothing else: it can't write, or read a byte outside of that part. A
/// read past its end is EXT2_ET_SHORT_READ.
io_manager PartitionIoManager();

/// The name by which PartitionIoManager opens `size` bytes of `file` from `offset` on. The file must stay open.
std::string PartitionIoName(const File& file, uint64_t offset, uint64_t size);

}  // namespace hallmark::ext4
