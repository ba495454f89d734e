// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/archive/deb.h"

namespace {

hallmark::File MemoryFile(const char* name) { return {hallmark::UniqueFd(memfd_create(name, MFD_CLOEXEC)), name}; }

}  // namespace

// What can be repacked is a package still.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hallmark::File packed = MemoryFile("packed");
  const hallmark::File plain = MemoryFile("plain");
  if (!packed.WriteAt(0, {data, size}).ok()) std::abort();
  if (!hallmark::RepackDebUncompressed(packed, plain).ok()) return 0;
  if (!hallmark::ReadDeb(plain).ok()) std::abort();
  return 0;
}
