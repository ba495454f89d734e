// SPDX-License-Identifier: Apache-2.0
#include "lib/base/probed_volume.h"

#include <cstdio>

namespace hallmark {

std::string FormatVolumeSerial(uint32_t serial) {
  char text[10];
  (void)std::snprintf(text, sizeof text, "%04X-%04X", serial >> 16, serial & 0xffff);
  return text;
}

}  // namespace hallmark
