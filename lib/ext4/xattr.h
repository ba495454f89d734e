// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"

namespace hallmark::ext4 {

/// Extended attributes as ext4 stores them: all in the inode if they fit there, otherwise all in a block of their own.
struct EncodedXattrs {
  std::array<uint8_t, 96> in_inode{};  ///< all zero if there are none
  ByteVector block;                    ///< empty if not used; SealXattrBlock fills in references and checksum
};

/// Encodes attributes. kUnsupported if they do not fit into a block, or if ext4 does not know the prefix of one.
Result<EncodedXattrs> EncodeXattrs(const std::vector<Xattr>& xattrs);

/// Completes a block that `references` inodes share and that is written to block `number`.
void SealXattrBlock(MutableByteSpan block, uint64_t number, uint32_t references, uint32_t checksum_seed);

}  // namespace hallmark::ext4
