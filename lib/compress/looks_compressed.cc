// SPDX-License-Identifier: Apache-2.0
#include "lib/compress/looks_compressed.h"

#include <array>

namespace hallmark {

bool LooksCompressed(const File& file) {
  std::array<uint8_t, 4> magic{};
  const Result<size_t> read = file.ReadUpTo(0, magic);
  if (!read.ok() || *read < magic.size()) return false;
  static constexpr std::array<uint8_t, 4> kZstd = {0x28, 0xB5, 0x2F, 0xFD};
  const bool skippable = (magic[0] & 0xF0) == 0x50 && magic[1] == 0x2A && magic[2] == 0x4D && magic[3] == 0x18;
  const bool gzip = magic[0] == 0x1F && magic[1] == 0x8B;
  const bool xz = magic[0] == 0xFD && magic[1] == '7' && magic[2] == 'z' && magic[3] == 'X';
  return magic == kZstd || skippable || gzip || xz;
}

}  // namespace hallmark
