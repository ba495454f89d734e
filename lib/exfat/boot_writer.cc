// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/boot_writer.h"

#include <algorithm>
#include <bit>

#include "lib/exfat/exfat_format.h"
#include "lib/exfat/values.h"

namespace hallmark {
namespace {

constexpr size_t kChecksumSector = kExfatBootSectors - 1;
constexpr size_t kExtendedSectors = 8;  // 1 to 8

}  // namespace

ByteVector MakeExfatBootRegion(const ExfatGeometry& geometry, uint8_t percent_in_use) {
  const uint32_t sector = geometry.sector_size;
  ExfatBootSector boot;
  boot.partition_offset = geometry.start / sector;
  boot.volume_length = geometry.size / sector;
  boot.fat_offset = static_cast<uint32_t>(geometry.fat / sector);
  boot.fat_length = static_cast<uint32_t>(geometry.fat_size / sector);
  boot.heap_offset = static_cast<uint32_t>(geometry.heap / sector);
  boot.cluster_count = geometry.clusters;
  boot.root_cluster = geometry.root;
  boot.serial = geometry.serial;
  boot.cluster_shift = static_cast<uint8_t>(std::countr_zero(geometry.cluster_size / sector));
  boot.percent_in_use = percent_in_use;
  ByteVector region(uint64_t{kExfatBootSectors} * sector);
  const auto put = [&](size_t offset, ByteSpan bytes) {
    std::copy(bytes.begin(), bytes.end(), region.begin() + static_cast<ptrdiff_t>(offset));
  };
  put(0, StructBytes(boot));
  for (size_t i = 1; i <= kExtendedSectors; ++i) put((i + 1) * sector - kBootSignature.size(), kBootSignature);
  const Le32 checksum = ExfatBootChecksum(ByteSpan(region).first(kChecksumSector * sector));
  for (size_t at = kChecksumSector * sector; at < region.size(); at += sizeof checksum) put(at, StructBytes(checksum));
  return region;
}

}  // namespace hallmark
