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

/// Bytes of a filesystem's start that the functions below take.
constexpr size_t kExt4ProbeSize = ext4::kSuperblockOffset + sizeof(ext4::Superblock);

/// True if `start`, the first bytes of a volume, holds the magic number of ext2, ext3 or ext4. Whether the filesystem
/// is sound is for the reader to say.
bool LooksLikeExt4(ByteSpan start);

/// Kind "ext4" (of ext2 and ext3 too), label and UUID of the volume that begins with `start`, if that holds a
/// superblock with the magic number. Its checksum is not checked: e2fsck is there for that, and a mount.
std::optional<ProbedVolume> ProbeExt4(ByteSpan start);

namespace ext4 {

/// Decodes a superblock, whose bytes begin at byte 1024 of a filesystem. kCorrupt if they are too few or have no magic
/// number. What it says is not checked.
Result<Superblock> DecodeSuperblock(ByteSpan bytes);

/// The label, up to the zero that ends it.
std::string LabelOf(const Superblock& superblock);

}  // namespace ext4
}  // namespace hallmark
