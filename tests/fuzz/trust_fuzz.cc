// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "signing/document/trust.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)hallmark::ParseTrust({reinterpret_cast<const char*>(data), size}).ok();
  return 0;
}
