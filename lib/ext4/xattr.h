// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"
#include "lib/base/result.h"

namespace hallmark::ext4 {

/// Extended attributes as ext4 keeps them: all in the inode if they fit there, all in a block of their own otherwise.
struct EncodedXattrs {
  std::array<uint8_t, 96> in_inode{};  ///< all zero: none
  ByteVector block;                    ///< empty: none. References and checksum are filled in by SealXattrBlock
};

/// kUnsupported if they do not fit into a block, or one has a prefix that ext4 does not know.
Result<EncodedXattrs> EncodeXattrs(const std::vector<Xattr>& xattrs);

/// Finishes a block that `references` inodes share and that goes to block `number`.
void SealXattrBlock(MutableByteSpan block, uint64_t number, uint32_t references, uint32_t checksum_seed);

}  // namespace hallmark::ext4
