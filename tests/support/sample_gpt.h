// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

#include "lib/base/bytes.h"
#include "lib/base/crc32.h"

namespace hallmark::testing {

constexpr size_t kSampleSector = 512;
constexpr size_t kSampleSectors = 100;
constexpr size_t kSampleEntries = 4;

inline void Put32(ByteVector& bytes, size_t offset, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[offset + i] = static_cast<uint8_t>(value >> 8 * i);
}

/// Sets both checksums of the GPT whose header is in sector `lba`.
inline void SealGpt(ByteVector& disk, size_t lba, size_t entries_lba) {
  const size_t header = lba * kSampleSector;
  Put32(disk, header + 88, Crc32(ByteSpan(disk).subspan(entries_lba * kSampleSector, kSampleEntries * 128)));
  Put32(disk, header + 16, 0);
  Put32(disk, header + 16, Crc32(ByteSpan(disk).subspan(header, 92)));
}

/// Writes one copy of a GPT with four entries, of which the second is in use, byte by byte from the specification.
inline void PutGpt(ByteVector& disk, size_t lba, size_t other_lba, size_t entries_lba) {
  const size_t header = lba * kSampleSector;
  std::memcpy(disk.data() + header, "EFI PART\0\0\1\0", 12);
  Put32(disk, header + 12, 92);
  Put32(disk, header + 24, static_cast<uint32_t>(lba));
  Put32(disk, header + 32, static_cast<uint32_t>(other_lba));
  Put32(disk, header + 40, 3);
  Put32(disk, header + 48, kSampleSectors - 3);
  for (uint8_t i = 0; i < 16; ++i) disk[header + 56 + i] = i;
  Put32(disk, header + 72, static_cast<uint32_t>(entries_lba));
  Put32(disk, header + 80, kSampleEntries);
  Put32(disk, header + 84, 128);
  const size_t entry = entries_lba * kSampleSector + 128;  // the second: partition 2
  for (uint8_t i = 0; i < 16; ++i) {
    disk[entry + i] = 0xee;
    disk[entry + 16 + i] = i;
  }
  Put32(disk, entry + 32, 10);
  Put32(disk, entry + 40, 19);
  disk[entry + 55] = 0x80;  // attribute 63
  disk[entry + 56] = 'r';
  disk[entry + 58] = 0xe9;
  SealGpt(disk, lba, entries_lba);
}

/// A disk of 100 sectors with both copies of the GPT.
inline ByteVector SampleGptDisk() {
  ByteVector disk(kSampleSectors * kSampleSector);
  PutGpt(disk, 1, kSampleSectors - 1, 2);
  PutGpt(disk, kSampleSectors - 1, 1, kSampleSectors - 2);
  return disk;
}

}  // namespace hallmark::testing
