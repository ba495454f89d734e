// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "tests/unit/lib/exfat/exfat_image.h"

// An input is a list of changes to a small image of 1 MiB: a byte of flags, then for each change the place (a byte), an
// offset from there (two bytes, little-endian), a length (a byte) and so many bytes. The flags say which checksums are
// made right again, so that what lies behind them is reached,
// and whether the strict check runs, too.

namespace {

using hallmark::ByteSpan;
using hallmark::File;
using hallmark::testing::Cluster;
using hallmark::testing::ExfatImage;
using hallmark::testing::kFat;
using hallmark::testing::kMiB;

enum Flags : uint8_t { kSealBoot = 1, kSealRoot = 2, kSealDirectory = 4, kSealTable = 8, kCanonical = 16 };
constexpr std::array<uint64_t, 8> kPlaces = {0,          11 * 512,   kFat,       Cluster(2),
                                             Cluster(3), Cluster(5), Cluster(8), Cluster(60)};

const ExfatImage& Base() {
  static const ExfatImage base = [] {
    auto image = ExfatImage::Make(hallmark::testing::SmallTree(), hallmark::testing::SmallOptions());
    if (!image.ok()) std::abort();
    return *image;
  }();
  return base;
}

/// The image in a file, changed for one input and then as it was: writing all of it each time would be most of the
/// work.
class ChangingImage {
 public:
  ChangingImage() : image_(Base()), file_(image_.AsFile()) {}

  const File& Change(ByteSpan input) {
    const uint8_t flags = input.empty() ? 0 : input[0];
    size_t at = 1;
    while (at + 4 <= input.size()) {
      const uint64_t offset = kPlaces[input[at] % kPlaces.size()] + (input[at + 1] | input[at + 2] << 8);
      const ByteSpan bytes = input.subspan(at + 4, std::min<size_t>(input[at + 3], input.size() - at - 4));
      Touch(offset, bytes.size());
      std::copy(bytes.begin(), bytes.end(), image_.bytes.begin() + static_cast<ptrdiff_t>(offset));
      at += 4 + bytes.size();
    }
    if ((flags & kSealTable) != 0) SealTable();
    if ((flags & kSealRoot) != 0) SealSets(Cluster(5));
    if ((flags & kSealDirectory) != 0) SealSets(Cluster(8));
    if ((flags & kSealBoot) != 0) {
      Touch(0, 24 * 512);
      image_.SealBoot();
    }
    Write();
    return file_;
  }

  void Restore() {
    for (const auto& [offset, size] : touched_) {
      std::copy_n(Base().bytes.begin() + static_cast<ptrdiff_t>(offset), size,
                  image_.bytes.begin() + static_cast<ptrdiff_t>(offset));
    }
    Write();
    touched_.clear();
  }

 private:
  void Touch(uint64_t offset, uint64_t size) { touched_.emplace_back(offset, size); }

  void Write() {
    for (const auto& [offset, size] : touched_) {
      if (!file_.WriteAt(offset, ByteSpan(image_.bytes).subspan(offset, size)).ok()) std::abort();
    }
  }

  /// Makes the checksums of the entry sets of files right that a directory of one cluster holds.
  void SealSets(uint64_t directory) {
    for (uint64_t at = directory; at < directory + hallmark::testing::kCluster; at += 32) {
      if (image_.bytes[at] != hallmark::kExfatFileEntry) continue;
      Touch(at, 32);
      image_.Seal(at);
    }
  }

  void SealTable() {
    constexpr uint64_t kEntry = Cluster(5) + 64;
    const auto length = std::min<uint64_t>(image_.Get<hallmark::ExfatUpcaseEntry>(kEntry).length, 2 * kPage);
    const ByteSpan table = ByteSpan(image_.bytes).subspan(Cluster(3), length);
    Touch(kEntry + 4, 4);
    image_.Put(kEntry + 4, hallmark::Le32(hallmark::ExfatTableChecksum(table)));
  }

  static constexpr uint64_t kPage = hallmark::testing::kCluster;
  ExfatImage image_;
  File file_;
  std::vector<std::pair<uint64_t, uint64_t>> touched_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static ChangingImage image;
  const File& file = image.Change({data, size});
  const auto reader = hallmark::ExfatReader::Open(file, 0, kMiB);
  // The stricter check may not take what the other refused.
  if (size != 0 && (data[0] & kCanonical) != 0 && hallmark::OpenCanonicalExfat(file, 0, kMiB).ok() && !reader.ok()) {
    std::abort();
  }
  if (reader.ok()) {
    for (const hallmark::ExfatReader::Entry& entry : reader.value().List()) {
      hallmark::MemorySink sink;
      // What was checked can be read, to the last byte.
      if (!entry.directory && (!reader.value().Read(entry, sink).ok() || sink.bytes().size() != entry.size))
        std::abort();
    }
  }
  image.Restore();
  return 0;
}
