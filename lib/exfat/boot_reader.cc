// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/boot_reader.h"

#include <algorithm>
#include <bit>

#include "lib/base/bytes.h"
#include "lib/base/checked.h"
#include "lib/base/progress.h"
#include "lib/exfat/exfat_format.h"
#include "lib/exfat/values.h"

namespace hallmark {
namespace {

constexpr size_t kChecksumSector = kExfatBootSectors - 1;
constexpr uint64_t kMaxFat = uint64_t{1} << 30;  // bytes: a reader keeps it in memory

/// A boot region without the bytes that change when the filesystem is used.
ByteVector WithoutVolatile(ByteSpan region) {
  ByteVector bytes(region.begin(), region.end());
  for (const size_t i : kExfatVolatileBytes) bytes[i] = 0;
  return bytes;
}

bool ChecksumHolds(ByteSpan region, size_t sector_size) {
  const Le32 checksum = ExfatBootChecksum(region.first(kChecksumSector * sector_size));
  for (size_t at = kChecksumSector * sector_size; at < region.size(); at += sizeof checksum) {
    if (!std::ranges::equal(region.subspan(at, sizeof checksum), StructBytes(checksum))) return false;
  }
  return true;
}

/// The part of a boot region that is wrong when its checksum does not match. If the checksum does not repeat over its
/// whole sector, it is the checksum; otherwise it is the part that differs from the backup.
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

/// Decodes a boot sector whose checksum matched.
Result<ExfatGeometry> Decode(const ExfatBootSector& boot, uint64_t size, const ExfatFault& fault) {
  const auto corrupt = [&](const std::string& what) { return fault(ExfatStructure::kBootSector, what); };
  if (!IsZero(boot.zero) || boot.revision >> 8 != 1) return corrupt("not revision 1 of exFAT");
  if (boot.fats != 1 && boot.fats != 2) return corrupt(std::to_string(boot.fats) + " FATs");
  if (boot.cluster_shift > kExfatMaxClusterBytesShift - boot.sector_shift)
    return corrupt("clusters of more than 32 MiB");
  if (boot.percent_in_use > 100 && boot.percent_in_use != 0xff) return corrupt("more than 100 percent are in use");
  const uint64_t sector = uint64_t{1} << boot.sector_shift;
  if (boot.volume_length < kExfatMinSize >> boot.sector_shift) return corrupt("less than 1 MiB");
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
  if (boot.fat_offset < kExfatMinFatOffset || geometry.heap < geometry.fat + geometry.fats * geometry.fat_size) {
    return corrupt("its regions overlap");
  }
  if (geometry.clusters == 0 || geometry.clusters > kExfatMaxClusters ||
      !InBounds(geometry.heap, uint64_t{geometry.clusters} * geometry.cluster_size, geometry.size)) {
    return corrupt("its clusters do not fit in it");
  }
  if (geometry.fat_size / sizeof(Le32) < uint64_t{geometry.clusters} + kExfatFirstCluster) {
    return corrupt("a FAT of fewer entries than clusters");
  }
  if (geometry.fat_size > kMaxFat) return UnsupportedError("an exFAT filesystem with a FAT of more than 1 GiB");
  if (!geometry.HasCluster(geometry.root)) return corrupt("the root directory lies outside");
  return geometry;
}

}  // namespace

Result<ExfatGeometry> ReadExfatBootRegion(const File& file, uint64_t offset, uint64_t size, const ExfatFault& fault) {
  ASSIGN_OR_RETURN(const uint64_t file_size, file.Size());
  if (size < kExfatMinSize || !InBounds(offset, size, file_size)) {
    return fault(ExfatStructure::kBootSector, "no room for it: exFAT takes 1 MiB at least");
  }
  ExfatBootSector boot;
  ByteVector region(sizeof boot);
  RETURN_IF_ERROR(file.ReadAt(offset, region));
  ASSIGN_OR_RETURN(boot, ReadStruct<ExfatBootSector>(region, "exFAT boot sector"));
  if (boot.name != kExfatName || boot.end != kBootSignature || boot.sector_shift < kExfatMinSectorShift ||
      boot.sector_shift > kExfatMaxSectorShift) {
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
