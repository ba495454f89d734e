// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "lib/base/endian.h"
#include "lib/gpt/gpt.h"
#include "lib/verity/verity.h"

namespace {

constexpr size_t kSector = 512;
constexpr size_t kHeaderSize = 92;
constexpr size_t kEntriesSize = 128 * 128;

uint32_t Crc32(hallmark::ByteSpan bytes) {
  uint32_t crc = UINT32_MAX;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xEDB88320 & (0 - (crc & 1)));
  }
  return ~crc;
}

void Store(hallmark::ByteVector& disk, size_t offset, uint32_t value) {
  const hallmark::Le32 field = value;
  std::memcpy(disk.data() + offset, &field, sizeof field);
}

/// Makes the checksums hold of a header and its entries, where those lie inside.
void Seal(hallmark::ByteVector& disk, size_t header) {
  hallmark::Le64 entries;
  std::memcpy(&entries, disk.data() + header + 72, sizeof entries);
  if (entries < disk.size() / kSector && disk.size() - entries * kSector >= kEntriesSize) {
    Store(disk, header + 88, Crc32(hallmark::ByteSpan(disk).subspan(entries * kSector, kEntriesSize)));
  }
  Store(disk, header + 16, 0);
  Store(disk, header + 16, Crc32(hallmark::ByteSpan(disk).subspan(header, kHeaderSize)));
}

void Read(const hallmark::ByteVector& disk) {
  const hallmark::File file(hallmark::UniqueFd(memfd_create("disk", MFD_CLOEXEC)), "disk");
  if (!file.WriteAt(0, disk).ok()) std::abort();
  (void)hallmark::ReadVerity(file, 0, disk.size()).ok();
  const hallmark::Result<hallmark::Gpt> gpt = hallmark::ReadGpt(file);
  if (!gpt.ok()) return;
  for (const hallmark::GptPartition& partition : gpt->partitions) {
    if (partition.size == 0 || partition.start + partition.size > disk.size()) std::abort();
  }
}

}  // namespace

// A disk of whole sectors: as it is, and once more with checksums that hold, which no mutation would find.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hallmark::ByteVector disk(data, data + size);
  disk.resize((size + kSector - 1) / kSector * kSector);
  Read(disk);
  if (disk.size() < 68 * kSector) return 0;
  Seal(disk, kSector);
  Seal(disk, disk.size() - kSector);
  Read(disk);
  return 0;
}
