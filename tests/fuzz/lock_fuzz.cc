// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/rootfs/recipe/lock.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

// An error names the file. What parses comes back the same from its own text, member by member and byte by byte.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hallmark::Result<hallmark::Lock> lock = hallmark::ParseLock(text, "recipe.lock");
  if (!lock.ok()) {
    Require(lock.error().kind == hallmark::ErrorKind::kCorrupt && lock.error().message.starts_with("recipe.lock:"));
    return 0;
  }
  Require(lock->configure_order.size() == lock->packages.size());
  const std::string formatted = hallmark::FormatLock(*lock);
  const hallmark::Result<hallmark::Lock> again = hallmark::ParseLock(formatted, "recipe.lock");
  Require(again.ok() && *again == *lock && hallmark::FormatLock(*again) == formatted);
  return 0;
}
