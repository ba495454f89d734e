// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/result.h"

namespace hallmark {

/// Where the partitions of rootfs.img are, in bytes. Partition 15 is the ESP, 1 the root, 2 its hash tree.
struct DiskLayout {
  struct Partition {
    uint64_t start = 0;
    uint64_t size = 0;
  };
  uint64_t disk_size = 0;
  Partition esp;
  Partition root;
  Partition verity;  ///< size 0: no dm-verity
};

// The place of the root partition is a contract: `mount -o loop,offset=105906176,ro,noload` works on every image.
constexpr uint64_t kEspStart = uint64_t{1} << 20;
constexpr uint64_t kEspSize = uint64_t{100} << 20;
constexpr uint64_t kRootStart = kEspStart + kEspSize;
static_assert(kRootStart == 105906176);

/// The largest root partition, a multiple of 1 MiB, that leaves room for its hash tree and the backup GPT. kUsage if
/// `disk_size` is not a multiple of 1 MiB or leaves less than 8 MiB for the root.
Result<DiskLayout> PlanDiskLayout(uint64_t disk_size, bool verity);

}  // namespace hallmark
