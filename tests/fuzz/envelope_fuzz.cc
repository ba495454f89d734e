// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "signing/document/dsse.h"

// What parses must come back the same from its own text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hallmark::Result<hallmark::Envelope> envelope = hallmark::ParseEnvelope(text, "envelope");
  if (!envelope.ok()) return 0;
  const hallmark::Result<hallmark::Envelope> again =
      hallmark::ParseEnvelope(hallmark::FormatEnvelope(*envelope), "envelope");
  if (!again.ok() || !(*again == *envelope)) std::abort();
  return 0;
}
