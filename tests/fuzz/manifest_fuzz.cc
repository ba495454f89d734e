// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "signing/bundle/manifest.h"

// A manifest has one spelling: what parses is written back as it was.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hallmark::Result<hallmark::Manifest> manifest = hallmark::ParseManifest(text);
  if (!manifest.ok()) return 0;
  const hallmark::Result<std::string> formatted = hallmark::FormatManifest(*manifest);
  if (!formatted.ok() || *formatted != text) std::abort();
  return 0;
}
