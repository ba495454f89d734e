// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "signing/document/minisign.h"

// What parses, as a signature or as a key, must come back the same from its own text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto signature = hallmark::ParseMinisign(text); signature.ok()) {
    const auto again = hallmark::ParseMinisign(hallmark::FormatMinisign(*signature));
    if (!again.ok() || !(*again == *signature)) std::abort();
  }
  if (const auto key = hallmark::ParseMinisignPublicKey(text); key.ok()) {
    const auto again = hallmark::ParseMinisignPublicKey(hallmark::FormatMinisignPublicKey(*key));
    if (!again.ok() || !(*again == *key)) std::abort();
  }
  return 0;
}
