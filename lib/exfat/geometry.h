// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/exfat/exfat_format.h"

namespace hallmark {

/// The places of all structures of an exFAT filesystem, in bytes from its start.
struct ExfatGeometry {
  uint64_t size = 0;
  uint64_t start = 0;  ///< offset of the filesystem on its disk
  uint32_t sector_size = 512;
  uint32_t cluster_size = 0;
  uint64_t fat = 0;       ///< the first FAT
  uint64_t fat_size = 0;  ///< of one FAT
  uint32_t fats = 1;
  uint32_t active_fat = 0;  ///< 1: the second FAT and its bitmap are valid
  uint64_t heap = 0;        ///< the first cluster
  uint32_t clusters = 0;
  uint32_t root = 0;  ///< first cluster of the root directory
  uint32_t serial = 0;

  /// Offset of a cluster in the filesystem. `cluster` is 2 or more.
  [[nodiscard]] uint64_t ClusterOffset(uint32_t cluster) const {
    return heap + uint64_t{cluster - kExfatFirstCluster} * cluster_size;
  }
  /// True if `cluster` is the number of a cluster of this filesystem.
  [[nodiscard]] bool HasCluster(uint32_t cluster) const {
    return cluster >= kExfatFirstCluster && cluster - kExfatFirstCluster < clusters;
  }
  /// Bytes of the allocation bitmap, one bit for each cluster.
  [[nodiscard]] uint64_t BitmapSize() const { return (uint64_t{clusters} + 7) / 8; }
};

}  // namespace hallmark
