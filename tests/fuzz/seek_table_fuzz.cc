// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/compress/seek_table.h"

// What is read comes back from what is written of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto frames = hallmark::ParseSeekTable({data, size});
  if (!frames.ok()) return 0;
  const auto bytes = hallmark::FormatSeekTable(*frames);
  if (!bytes.ok() || bytes->size() > size) std::abort();
  const auto again = hallmark::ParseSeekTable(*bytes);
  if (!again.ok() || *again != *frames) std::abort();
  return 0;
}
