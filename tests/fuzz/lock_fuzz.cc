// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/rootfs/recipe/lock.h"

// What parses must come back the same from its own text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hallmark::Result<hallmark::Lock> lock = hallmark::ParseLock(text, "recipe.lock");
  if (!lock.ok()) return 0;
  const std::string formatted = hallmark::FormatLock(*lock);
  const hallmark::Result<hallmark::Lock> again = hallmark::ParseLock(formatted, "recipe.lock");
  if (!again.ok() || hallmark::FormatLock(*again) != formatted) std::abort();
  return 0;
}
