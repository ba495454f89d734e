// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/exfat_label.h"

#include "lib/base/endian.h"

namespace hallmark::guest {
namespace {

// Microsoft's exFAT specification, sections 3.1 (boot sector), 7.3 (volume label entry).
struct ExfatBootSector {
  std::array<uint8_t, 3> jump;               // 0
  std::array<uint8_t, 8> name;               // 3: "EXFAT   "
  std::array<uint8_t, 77> not_used_here;     // 11
  Le32 cluster_heap_offset;                  // 88: in sectors
  Le32 cluster_count;                        // 92
  Le32 root_cluster;                         // 96: 2 .. cluster_count + 1
  std::array<uint8_t, 8> serial_to_flags;    // 100
  uint8_t bytes_per_sector_shift;            // 108: 9 .. 12
  uint8_t sectors_per_cluster_shift;         // 109: 0 .. 25 - bytes_per_sector_shift
  std::array<uint8_t, 402> not_used_either;  // 110
};
static_assert(sizeof(ExfatBootSector) == 512 && offsetof(ExfatBootSector, root_cluster) == 96);
static_assert(offsetof(ExfatBootSector, bytes_per_sector_shift) == 108);

struct ExfatLabelEntry {
  uint8_t type;                     // 0
  uint8_t character_count;          // 1: 0 .. 11
  std::array<Le16, 11> characters;  // 2
  std::array<uint8_t, 8> reserved;  // 24
};
static_assert(sizeof(ExfatLabelEntry) == 32);

constexpr uint8_t kLabelEntry = 0x83;
constexpr uint8_t kEndOfDirectory = 0x00;
constexpr size_t kMaxDirectoryBytes = 64 << 10;

}  // namespace

Result<std::string> ReadExfatLabel(const File& device) {
  ByteVector start(sizeof(ExfatBootSector));
  RETURN_IF_ERROR(device.ReadAt(0, start));
  ASSIGN_OR_RETURN(const auto boot, ReadStruct<ExfatBootSector>(start, "exFAT boot sector"));
  if (AsText(boot.name) != "EXFAT   ") return CorruptError(device.path() + ": not exFAT");
  const int sector_shift = boot.bytes_per_sector_shift;
  const int cluster_shift = sector_shift + boot.sectors_per_cluster_shift;
  if (sector_shift < 9 || sector_shift > 12 || cluster_shift > 25) {
    return CorruptError(device.path() + ": exFAT boot sector: sizes out of range");
  }
  if (boot.root_cluster < 2 || boot.root_cluster - 2 >= boot.cluster_count) {
    return CorruptError(device.path() + ": exFAT boot sector: root cluster out of range");
  }
  const uint64_t root =
      (uint64_t{boot.cluster_heap_offset} << sector_shift) + (uint64_t{boot.root_cluster - 2} << cluster_shift);
  ByteVector directory(std::min(size_t{1} << cluster_shift, kMaxDirectoryBytes));
  RETURN_IF_ERROR(device.ReadAt(root, directory));
  for (size_t i = 0; i + sizeof(ExfatLabelEntry) <= directory.size() && directory[i] != kEndOfDirectory;
       i += sizeof(ExfatLabelEntry)) {
    ASSIGN_OR_RETURN(const auto entry, ReadStruct<ExfatLabelEntry>(ByteSpan(directory).subspan(i), "label entry"));
    if (entry.type != kLabelEntry) continue;
    std::string label;
    for (size_t j = 0; j < std::min<size_t>(entry.character_count, entry.characters.size()); ++j) {
      const uint16_t character = entry.characters[j];
      label += character >= ' ' && character <= '~' ? static_cast<char>(character) : '?';
    }
    return label;
  }
  return std::string();
}

}  // namespace hallmark::guest
