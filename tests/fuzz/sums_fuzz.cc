// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "signing/bundle/sums.h"

// What parses must come back the same from its own text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto sums = hallmark::ParseSums({reinterpret_cast<const char*>(data), size});
  if (!sums.ok()) return 0;
  const auto again = hallmark::ParseSums(hallmark::FormatSums(*sums));
  if (!again.ok() || !(*again == *sums)) std::abort();
  return 0;
}
