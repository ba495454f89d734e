// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "signing/bundle/disk_reader.h"

// The table is read from a file in memory, sized up to whole sectors.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hallmark::File file(hallmark::UniqueFd(memfd_create("gpt", MFD_CLOEXEC)), "gpt");
  if (!file.WriteAt(0, {data, size}).ok() || !file.Truncate((size + 511) / 512 * 512).ok()) std::abort();
  (void)hallmark::DescribeDiskTable(file).ok();
  return 0;
}
