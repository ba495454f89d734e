// SPDX-License-Identifier: Apache-2.0
#include "lib/fat/fat32_format.h"

namespace hallmark {

uint8_t FatNameChecksum(const FatShortName& name) {
  uint8_t sum = 0;
  for (const char c : name) sum = static_cast<uint8_t>((sum >> 1 | sum << 7) + static_cast<uint8_t>(c));
  return sum;
}

}  // namespace hallmark
