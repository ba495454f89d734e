// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "signing/bundle/chunk_table.h"

// A table has one spelling.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto table = hallmark::ParseChunkTable({data, size});
  if (!table.ok()) return 0;
  const hallmark::ByteVector bytes = hallmark::FormatChunkTable(*table);
  if (hallmark::AsText(bytes) != hallmark::AsText({data, size})) std::abort();
  return 0;
}
