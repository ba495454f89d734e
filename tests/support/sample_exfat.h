// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <string_view>

namespace hallmark::testing {

/// The parts of an exFAT volume that a reader of its label requires: 512-byte sectors, one per cluster; the root
/// directory is in cluster 4.
inline std::string SampleExfatVolume(std::string_view label) {
  std::string volume(64 * 512, '\0');
  std::memcpy(volume.data() + 3, "EXFAT   ", 8);
  volume[88] = 32;  // cluster heap, in sectors from the start
  volume[92] = 30;  // number of clusters
  volume[96] = 4;   // cluster of the root directory
  volume[108] = 9;
  const size_t root = (32 + 2) * 512;
  volume[root] = '\x81';  // the allocation bitmap's entry comes first in many volumes
  volume[root + 32] = '\x83';
  volume[root + 33] = static_cast<char>(label.size());
  for (size_t i = 0; i < label.size(); ++i) volume[root + 34 + 2 * i] = label[i];
  return volume;
}

}  // namespace hallmark::testing
