// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "signing/seal/elf_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const bool stripped : {true, false}) (void)hallmark::CheckElf({data, size}, {"arm64", stripped}).ok();
  return 0;
}
