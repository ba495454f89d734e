// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/exfat/exfat_format.h"

namespace hallmark {

/// Where everything in an exFAT filesystem lies, in bytes from its start.
struct ExfatGeometry {
  uint64_t size = 0;
  uint64_t start = 0;  ///< where on its disk the filesystem begins
  uint32_t sector_size = 512;
  uint32_t cluster_size = 0;
  uint64_t fat = 0;       ///< the first FAT
  uint64_t fat_size = 0;  ///< of one FAT
  uint32_t fats = 1;
  uint32_t active_fat = 0;  ///< 1: the second FAT and its bitmap hold
  uint64_t heap = 0;        ///< the first cluster
  uint32_t clusters = 0;
  uint32_t root = 0;  ///< first cluster of the root directory
  uint32_t serial = 0;

  [[nodiscard]] uint64_t ClusterOffset(uint32_t cluster) const {
    return heap + uint64_t{cluster - kExfatFirstCluster} * cluster_size;
  }
  [[nodiscard]] bool HasCluster(uint32_t cluster) const {
    return cluster >= kExfatFirstCluster && cluster - kExfatFirstCluster < clusters;
  }
  [[nodiscard]] uint64_t BitmapSize() const { return (uint64_t{clusters} + 7) / 8; }
};

}  // namespace hallmark
