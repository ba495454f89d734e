// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/bytes.h"
#include "lib/gpt/writer.h"

namespace hallmark::testing {

constexpr uint64_t kDiskSize = 1 << 20;

inline Gpt SampleTable() {
  Gpt gpt{.guid = *ParseGuid("00112233-4455-6677-8899-aabbccddeeff"), .disk_size = kDiskSize};
  gpt.partitions.push_back({1, 65536, 131072, *ParseGuid("b921b045-1df0-41c3-af44-4c6f280d3fae"),
                            *ParseGuid("01020304-0506-0708-090a-0b0c0d0e0f10"), uint64_t{1} << 60, "root"});
  gpt.partitions.push_back({15, 32768, 512, *ParseGuid("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"),
                            *ParseGuid("11111111-2222-3333-4444-555555555555"), 0, "caf\u00e9 \U0001F512"});
  return gpt;
}

/// A disk with that table.
inline std::string SampleDisk() {
  const Result<GptImage> image = FormatGpt(SampleTable());
  std::string disk(kDiskSize, '\0');
  disk.replace(0, image->primary.size(), AsText(image->primary));
  disk.replace(disk.size() - image->backup.size(), image->backup.size(), AsText(image->backup));
  return disk;
}

}  // namespace hallmark::testing
