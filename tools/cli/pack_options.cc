// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/pack_options.h"

#include "tools/cli/common_options.h"

namespace hallmark::cli {

void AddPackOptions(Options& options) {
  options.AddNumber("level", "N", "Compression level of zstd, 1 to 19",
                    {.fallback = kDefaultZstdLevel, .min = 1, .max = kMaxZstdLevel});
  options.AddSize("frame-size", "Bytes of the image in one frame, the unit of checks and repairs", "4M");
  AddJobsOption(options);
}

Result<PackOptions> PackOptionsFrom(const Parsed& parsed) {
  const uint64_t size = parsed.Number("frame-size");
  if (size > kMaxChunkSize) return UsageError("--frame-size: is larger than 64M");
  PackOptions options{.level = static_cast<int>(parsed.Number("level"))};
  options.chunk_size = static_cast<uint32_t>(size);
  return options;
}

}  // namespace hallmark::cli
