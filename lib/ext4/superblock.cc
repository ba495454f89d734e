// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/superblock.h"

#include <string_view>

namespace hallmark {
namespace ext4 {

Result<Superblock> DecodeSuperblock(ByteSpan bytes) {
  ASSIGN_OR_RETURN(const Superblock superblock, ReadStruct<Superblock>(bytes, "ext4 superblock"));
  if (superblock.magic != kMagic) return CorruptError("not an ext4 filesystem: no magic number");
  return superblock;
}

std::string LabelOf(const Superblock& superblock) {
  const std::string_view label(superblock.volume_name.data(), superblock.volume_name.size());
  return std::string(label.substr(0, label.find('\0')));
}

}  // namespace ext4

bool LooksLikeExt4(ByteSpan start) { return ProbeExt4(start).has_value(); }

std::optional<ProbedVolume> ProbeExt4(ByteSpan start) {
  if (start.size() < ext4::kSuperblockOffset) return std::nullopt;
  const auto superblock = ext4::DecodeSuperblock(start.subspan(ext4::kSuperblockOffset));
  if (!superblock.ok()) return std::nullopt;
  return ProbedVolume{.kind = "ext4", .label = ext4::LabelOf(*superblock), .uuid = FormatGuid(superblock->uuid)};
}

}  // namespace hallmark
