// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/label.h"

#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/exfat/exfat_format.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxDirectoryBytes = 64 << 10;

/// Place of the first cluster of the root directory, in bytes from the start of the filesystem.
struct RootCluster {
  uint64_t offset = 0;
  uint64_t size = 0;
};

Result<RootCluster> FindRootCluster(const ExfatBootSector& boot) {
  if (boot.name != kExfatName) return CorruptError("not exFAT");
  const int sector_shift = boot.sector_shift;
  const int cluster_shift = sector_shift + boot.cluster_shift;
  if (sector_shift < kExfatMinSectorShift || sector_shift > kExfatMaxSectorShift ||
      cluster_shift > kExfatMaxClusterBytesShift) {
    return CorruptError("exFAT boot sector: the size of a sector or a cluster is out of range");
  }
  if (boot.root_cluster < kExfatFirstCluster || boot.root_cluster - kExfatFirstCluster >= boot.cluster_count) {
    return CorruptError("exFAT boot sector: the root directory's cluster is out of range");
  }
  const uint64_t index = boot.root_cluster - kExfatFirstCluster;
  return RootCluster{.offset = (uint64_t{boot.heap_offset} << sector_shift) + (index << cluster_shift),
                     .size = uint64_t{1} << cluster_shift};
}

/// The label in the bytes of a directory; empty if there is none.
std::string LabelIn(ByteSpan directory) {
  for (; directory.size() >= sizeof(ExfatLabelEntry) && directory[0] != kExfatEndOfDirectory;
       directory = directory.subspan(sizeof(ExfatLabelEntry))) {
    const auto entry = ReadStruct<ExfatLabelEntry>(directory, "exFAT label");
    if (!entry.ok() || entry->type != kExfatLabelEntry) continue;
    std::string label;
    for (size_t i = 0; i < std::min<size_t>(entry->length, entry->label.size()); ++i) {
      const uint16_t unit = entry->label[i];
      label += unit >= ' ' && unit <= '~' ? static_cast<char>(unit) : '?';
    }
    return label;
  }
  return {};
}

}  // namespace

Result<ProbedVolume> ProbeExfat(const File& file, uint64_t offset) {
  ByteVector start(sizeof(ExfatBootSector));
  RETURN_IF_ERROR(file.ReadAt(offset, start));
  ASSIGN_OR_RETURN(const auto boot, ReadStruct<ExfatBootSector>(start, "exFAT boot sector"));
  ASSIGN_OR_RETURN(const RootCluster root, FindRootCluster(boot).WithContext(file.path()));
  ByteVector directory(std::min(root.size, kMaxDirectoryBytes));
  RETURN_IF_ERROR(file.ReadAt(offset + root.offset, directory));
  return ProbedVolume{.kind = "exfat", .label = LabelIn(directory), .uuid = FormatVolumeSerial(boot.serial)};
}

}  // namespace hallmark
