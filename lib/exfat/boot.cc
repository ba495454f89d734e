// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/boot.h"

#include <algorithm>
#include <bit>

#include "lib/base/checked.h"
#include "lib/base/progress.h"

namespace hallmark {
namespace {

constexpr size_t kChecksumSector = 11;
constexpr size_t kExtendedSectors = 8;  // 1 to 8
constexpr std::array<uint8_t, 4> kExtendedEnd = {0x00, 0x00, 0x55, 0xaa};
constexpr uint64_t kMostFat = uint64_t{1} << 30;  // bytes: a reader keeps it in memory

/// A boot region without what changes when the filesystem is used.
ByteVector WithoutVolatile(ByteSpan region) {
  ByteVector bytes(region.begin(), region.end());
  for (const size_t i : {106, 107, 112}) bytes[i] = 0;
  return bytes;
}

bool ChecksumHolds(ByteSpan region, size_t sector_size) {
  const Le32 checksum = ExfatBootChecksum(region.first(kChecksumSector * sector_size));
  for (size_t at = kChecksumSector * sector_size; at < region.size(); at += sizeof checksum) {
    if (!std::ranges::equal(region.subspan(at, sizeof checksum), StructBytes(checksum))) return false;
  }
  return true;
}

/// Which part of a boot region is wrong when its checksum is: where it does not repeat, the checksum; else where the
/// backup differs.
ExfatStructure FaultInBootRegion(ByteSpan region, ByteSpan backup, size_t sector_size) {
  const ByteSpan checksums = region.subspan(kChecksumSector * sector_size);
  const bool repeats = std::ranges::equal(checksums.subspan(4), checksums.first(checksums.size() - 4));
  if (!repeats) return ExfatStructure::kBootChecksum;
  const ByteVector first = WithoutVolatile(region);
  const ByteVector second = WithoutVolatile(backup);
  const auto sector = static_cast<size_t>(std::ranges::mismatch(first, second).in1 - first.begin()) / sector_size;
  if (sector == 0 || sector > kChecksumSector) return ExfatStructure::kBootSector;
  return sector == kChecksumSector ? ExfatStructure::kBootChecksum : ExfatStructure::kBootRegion;
}

/// What a boot sector says, once its checksum has vouched for it.
Result<ExfatGeometry> Decode(const ExfatBootSector& boot, uint64_t size, const ExfatFault& fault) {
  const auto corrupt = [&](const std::string& what) { return fault(ExfatStructure::kBootSector, what); };
  if (!IsZero(boot.zero) || boot.revision >> 8 != 1) return corrupt("not revision 1 of exFAT");
  if (boot.fats != 1 && boot.fats != 2) return corrupt(std::to_string(boot.fats) + " FATs");
  if (boot.cluster_shift > 25 - boot.sector_shift) return corrupt("clusters of more than 32 MiB");
  if (boot.percent_in_use > 100 && boot.percent_in_use != 0xff) return corrupt("more than all is in use");
  const uint64_t sector = uint64_t{1} << boot.sector_shift;
  if (boot.volume_length < kExfatLeastSize >> boot.sector_shift) return corrupt("less than 1 MiB");
  if (boot.volume_length > size >> boot.sector_shift) {
    return corrupt("it says that it is larger than the " + FormatBytes(size) + " that are there");
  }
  ExfatGeometry geometry{.size = boot.volume_length * sector, .start = boot.partition_offset * sector};
  geometry.sector_size = static_cast<uint32_t>(sector);
  geometry.cluster_size = static_cast<uint32_t>(sector << boot.cluster_shift);
  geometry.fat = boot.fat_offset * sector;
  geometry.fat_size = boot.fat_length * sector;
  geometry.fats = boot.fats;
  geometry.active_fat = boot.flags & kExfatSecondFatActive;
  geometry.heap = boot.heap_offset * sector;
  geometry.clusters = boot.cluster_count;
  geometry.root = boot.root_cluster;
  geometry.serial = boot.serial;
  if (geometry.active_fat >= geometry.fats) return corrupt("the FAT in use does not exist");
  if (boot.fat_offset < kExfatLeastFatOffset || geometry.heap < geometry.fat + geometry.fats * geometry.fat_size) {
    return corrupt("its regions overlap");
  }
  if (geometry.clusters == 0 || geometry.clusters > kExfatMostClusters ||
      !InBounds(geometry.heap, uint64_t{geometry.clusters} * geometry.cluster_size, geometry.size)) {
    return corrupt("its clusters do not fit in it");
  }
  if (geometry.fat_size / sizeof(Le32) < uint64_t{geometry.clusters} + kExfatFirstCluster) {
    return corrupt("a FAT of fewer entries than clusters");
  }
  if (geometry.fat_size > kMostFat) return UnsupportedError("an exFAT filesystem with a FAT of more than 1 GiB");
  if (!geometry.HasCluster(geometry.root)) return corrupt("the root directory lies outside");
  return geometry;
}

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
  for (size_t i = 1; i <= kExtendedSectors; ++i) put((i + 1) * sector - kExtendedEnd.size(), kExtendedEnd);
  const Le32 checksum = ExfatBootChecksum(ByteSpan(region).first(kChecksumSector * sector));
  for (size_t at = kChecksumSector * sector; at < region.size(); at += sizeof checksum) put(at, StructBytes(checksum));
  return region;
}

Result<ExfatGeometry> ReadExfatBootRegion(const File& file, uint64_t offset, uint64_t size, const ExfatFault& fault) {
  ASSIGN_OR_RETURN(const uint64_t file_size, file.Size());
  if (size < kExfatLeastSize || !InBounds(offset, size, file_size)) {
    return fault(ExfatStructure::kBootSector, "no room for it: exFAT takes 1 MiB at least");
  }
  ExfatBootSector boot;
  ByteVector region(sizeof boot);
  RETURN_IF_ERROR(file.ReadAt(offset, region));
  ASSIGN_OR_RETURN(boot, ReadStruct<ExfatBootSector>(region, "exFAT boot sector"));
  if (boot.name != ExfatBootSector().name || boot.end != ExfatBootSector().end || boot.sector_shift < 9 ||
      boot.sector_shift > 12) {
    return fault(ExfatStructure::kBootSector, "this is not an exFAT filesystem");
  }
  const size_t sector = size_t{1} << boot.sector_shift;
  region.resize(kExfatBootSectors * sector);
  ByteVector backup(region.size());
  RETURN_IF_ERROR(file.ReadAt(offset, region));
  RETURN_IF_ERROR(file.ReadAt(offset + region.size(), backup));
  if (!ChecksumHolds(region, sector)) {
    return fault(FaultInBootRegion(region, backup, sector), "the boot region does not have the checksum that it says");
  }
  if (!ChecksumHolds(backup, sector)) {
    return fault(ExfatStructure::kBackupBootRegion, "it does not have the checksum that it says");
  }
  if (WithoutVolatile(region) != WithoutVolatile(backup)) {
    return fault(ExfatStructure::kBackupBootRegion, "it differs from the boot region");
  }
  return Decode(boot, size, fault);
}

}  // namespace hallmark
