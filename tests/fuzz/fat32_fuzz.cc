// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "lib/base/endian.h"
#include "lib/fat/reader.h"

namespace {

constexpr uint64_t kSector = 512;
constexpr uint64_t kImageSize = uint64_t{34} << 20;  // FAT32 has at least 65525 clusters

class NullSink : public hallmark::Sink {
 public:
  hallmark::Result<void> Write(hallmark::ByteSpan) override { return {}; }
  hallmark::Result<void> WriteHole(uint64_t) override { return {}; }
};

}  // namespace

// The input is the image's sectors that are not zero: a number of 4 bytes, little-endian, then the sector's 512 bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hallmark::File file(hallmark::UniqueFd(memfd_create("fat32", MFD_CLOEXEC)), "fat32");
  if (!file.Truncate(kImageSize).ok()) std::abort();
  for (; size >= sizeof(hallmark::Le32) + kSector; size -= sizeof(hallmark::Le32) + kSector) {
    hallmark::Le32 sector;
    std::memcpy(&sector, data, sizeof sector);
    data += sizeof sector;
    if (!file.WriteAt(sector % (kImageSize / kSector) * kSector, {data, kSector}).ok()) std::abort();
    data += kSector;
  }
  const hallmark::Result<hallmark::Fat32Reader> reader = hallmark::Fat32Reader::Open(file, 0, kImageSize);
  if (!reader.ok()) return 0;
  const auto entries = reader->List();
  if (!entries.ok()) return 0;
  NullSink sink;
  for (const hallmark::Fat32Reader::Entry& entry : *entries) {
    if (entry.path.empty() || entry.path[0] != '/') std::abort();
    if (!entry.directory) (void)reader->Read(entry, sink).ok();
  }
  return 0;
}
