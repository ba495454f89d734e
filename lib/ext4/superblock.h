// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/probed_volume.h"
#include "lib/base/result.h"
#include "lib/ext4/ext4_format.h"

namespace hallmark {

/// The first bytes of a filesystem that the functions below read.
constexpr size_t kExt4ProbeSize = ext4::kSuperblockOffset + sizeof(ext4::Superblock);

/// True if `start`, the first bytes of a volume, holds the magic number of ext2, ext3 or ext4. The reader checks
/// whether the filesystem is valid.
bool LooksLikeExt4(ByteSpan start);

/// Kind "ext4" (for ext2 and ext3 too), label and UUID of the volume that begins with `start`, if it has a superblock
/// with the magic number. Its checksum is not checked: e2fsck and a mount do that.
std::optional<ProbedVolume> ProbeExt4(ByteSpan start);

namespace ext4 {

/// Decodes the bytes of a superblock, which begin at byte 1024 of a filesystem. kCorrupt if there are too few or the
/// magic number is wrong. The values are not checked.
Result<Superblock> DecodeSuperblock(ByteSpan bytes);

/// The label, without the zero that ends it.
std::string LabelOf(const Superblock& superblock);

}  // namespace ext4
}  // namespace hallmark
