// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "lib/base/endian.h"
#include "lib/exfat/canonical.h"
#include "lib/exfat/exfat_format.h"
#include "lib/exfat/reader.h"
#include "lib/exfat/values.h"
#include "lib/exfat/writer.h"

namespace hallmark::testing {

constexpr uint64_t kMiB = 1 << 20;

// How the smallest volume, 1 MiB, lies on the disk: its FAT at 12 KiB, its clusters of 4 KiB from 16 KiB on. Cluster 2
// is the bitmap, 3 and 4 are the up-case table, 5 is the root directory, from 6 on there are files.
constexpr uint64_t kFat = 12288;
constexpr uint64_t kCluster = 4096;
constexpr uint64_t Cluster(uint32_t number) { return 16384 + (number - 2) * kCluster; }

/// An image in memory that a reader takes for a file.
class ExfatImage {
 public:
  explicit ExfatImage(ByteVector image) : bytes(std::move(image)) {}
  static Result<ExfatImage> Make(const FileTree& tree, const ExfatOptions& options) {
    MemorySink sink;
    RETURN_IF_ERROR(WriteExfat(tree, options, sink));
    return ExfatImage(sink.bytes());
  }

  [[nodiscard]] File AsFile() const {
    File file(UniqueFd(memfd_create("image", MFD_CLOEXEC)), "image");
    if (!file.WriteAt(0, bytes).ok()) throw std::runtime_error("memfd");
    return file;
  }

  template <typename T>
  [[nodiscard]] T Get(uint64_t offset) const {
    T value;
    std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(offset), sizeof value, reinterpret_cast<uint8_t*>(&value));
    return value;
  }
  template <typename T>
  void Put(uint64_t offset, const T& value) {
    std::ranges::copy(StructBytes(value), bytes.begin() + static_cast<ptrdiff_t>(offset));
  }
  void Flip(uint64_t offset, int bit) { bytes[offset] ^= static_cast<uint8_t>(1 << bit); }
  void SetFat(uint32_t cluster, uint32_t value) { Put(kFat + uint64_t{cluster} * 4, Le32(value)); }
  void SetUsed(uint32_t cluster, bool used) {
    uint8_t& byte = bytes[Cluster(2) + (cluster - 2) / 8];
    const auto bit = static_cast<uint8_t>(1 << (cluster - 2) % 8);
    byte = static_cast<uint8_t>(used ? byte | bit : byte & ~bit);
  }
  /// Makes the checksum of the entry set at `offset` right again.
  void Seal(uint64_t offset) {
    const ByteSpan set = ByteSpan(bytes).subspan(offset, (1 + size_t{bytes[offset + 1]}) * 32);
    Put(offset + 2, Le16(ExfatSetChecksum(set)));
  }
  /// Makes both boot regions those of the main boot sector, and their checksums right again.
  void SealBoot() {
    const Le32 checksum = ExfatBootChecksum(ByteSpan(bytes).first(11 * 512));
    for (uint64_t at = 11 * 512; at < 12 * 512; at += 4) Put(at, checksum);
    std::copy_n(bytes.begin(), 12 * 512, bytes.begin() + 12 * 512);
  }

  ByteVector bytes;
};

/// A small tree with everything: 1 MiB holds it.
inline FileTree SmallTree() {
  const Timestamp time{1'700'000'001, 120'000'000};
  FileTree tree;
  (void)tree.Put("/a", FileTree::RegularFile(std::string(5000, 'a'), 0644, time)).ok();
  (void)tree.Put("/empty", FileTree::RegularFile("", 0644, time)).ok();
  (void)tree.Put("/folder", FileTree::Directory(0755, time)).ok();
  (void)tree
      .Put("/folder/a longer name than one entry holds \U0001d4b3.text", FileTree::RegularFile("content", 0644, time))
      .ok();
  tree.Compact();
  return tree;
}
inline ExfatOptions SmallOptions() {
  return {.size = kMiB, .start = 2048 * 512, .serial = 0x1a2b3c4d, .label = "SMALL"};
}

}  // namespace hallmark::testing
