// SPDX-License-Identifier: Apache-2.0
#include "tests/support/matchers.h"
#include "tests/unit/lib/exfat/exfat_image.h"

namespace hallmark {
namespace {

using testing::Cluster;
using testing::ExfatImage;
using testing::HasError;
using testing::kFat;
using testing::kMiB;
using testing::SmallOptions;
using testing::SmallTree;

/// The structure that a byte of the small image lies in. Null: the content of a file, or the label.
const ExfatStructure* StructureAt(uint64_t offset) {
  struct Region {
    uint64_t end;
    ExfatStructure structure;
  };
  static constexpr uint64_t kRoot = Cluster(5);
  static constexpr uint64_t kDirectory = Cluster(8);
  static constexpr Region kRegions[] = {
      {512, ExfatStructure::kBootSector},
      {11 * 512, ExfatStructure::kBootRegion},
      {12 * 512, ExfatStructure::kBootChecksum},
      {24 * 512, ExfatStructure::kBackupBootRegion},
      {kFat + 2 * 512, ExfatStructure::kFat},
      {Cluster(2), ExfatStructure::kUnused},
      {Cluster(2) + 32, ExfatStructure::kBitmap},
      {Cluster(3), ExfatStructure::kUnused},
      {Cluster(3) + 5836, ExfatStructure::kUpcaseTable},
      {kRoot, ExfatStructure::kUnused},
      {kRoot + 32, ExfatStructure::kDirectory},
      {kRoot + 64, ExfatStructure::kBitmap},
      {kRoot + 96, ExfatStructure::kUpcaseTable},
      {kRoot + 12 * 32, ExfatStructure::kEntrySet},
      {Cluster(6), ExfatStructure::kDirectory},
      {kDirectory, ExfatStructure::kUnused},
      {kDirectory + 5 * 32, ExfatStructure::kEntrySet},
      {Cluster(9), ExfatStructure::kDirectory},
      {kMiB, ExfatStructure::kUnused},
  };
  const bool content = (offset >= Cluster(6) && offset < Cluster(6) + 5000) ||
                       (offset >= Cluster(9) && offset < Cluster(9) + 7) || (offset >= kRoot && offset < kRoot + 32);
  if (content) return nullptr;
  return &std::ranges::find_if(kRegions, [&](const Region& region) { return offset < region.end; })->structure;
}

/// A bit of a name, its length or its hash in an entry set: the name or the set may be blamed.
bool IsNameBit(const ExfatImage& image, uint64_t offset) {
  const uint8_t type = image.bytes[offset / 32 * 32];
  const uint64_t within = offset % 32;
  return (type == kExfatNameEntry && within >= 2) || (type == kExfatStreamEntry && within >= 3 && within < 6);
}

TEST(ExfatCanonicalTest, OneFlippedBitNamesItsStructure) {
  ASSERT_OK_AND_ASSIGN(ExfatImage image, ExfatImage::Make(SmallTree(), SmallOptions()));
  const File file = image.AsFile();
  ASSERT_OK(OpenCanonicalExfat(file, 0, kMiB));
  size_t names = 0;
  size_t flips = 0;
  // Every bit of the directory entries and of the first tables' entries; of the rest a bit here and there.
  for (uint64_t offset = 0; offset < kMiB; ++offset) {
    const bool dense = (offset >= Cluster(5) && offset < Cluster(5) + 13 * 32) ||
                       (offset >= Cluster(8) && offset < Cluster(8) + 6 * 32) || offset / 32 == kFat / 32;
    const bool sparse = offset % (offset < Cluster(10) ? 61 : 4099) == 0;
    const ExfatStructure* structure = StructureAt(offset);
    if ((!dense && !sparse) || structure == nullptr) continue;
    for (int bit = dense ? 0 : static_cast<int>(offset % 8); bit < 8; bit += dense ? 1 : 8) {
      image.Flip(offset, bit);
      ASSERT_OK(file.WriteAt(offset, ByteSpan(image.bytes).subspan(offset, 1)));
      ExfatDefect at_fault;
      const Result<ExfatReader> reader = OpenCanonicalExfat(file, 0, kMiB, &at_fault);
      image.Flip(offset, bit);
      ASSERT_OK(file.WriteAt(offset, ByteSpan(image.bytes).subspan(offset, 1)));
      ++flips;
      const bool blames_name = at_fault.structure == ExfatStructure::kName && *structure == ExfatStructure::kEntrySet &&
                               IsNameBit(image, offset);
      names += blames_name ? 1 : 0;
      EXPECT_THAT(reader, HasError(ErrorKind::kCorrupt, "")) << offset << " bit " << bit;
      EXPECT_EQ(ExfatStructureName(at_fault.structure), blames_name ? "file name" : ExfatStructureName(*structure))
          << offset << " bit " << bit << ": " << (reader.ok() ? "good" : reader.error().message);
    }
  }
  EXPECT_GT(flips, 3000U);
  EXPECT_GT(names, 300U);
}

TEST(ExfatCanonicalTest, RefusesWhatFollows) {
  ASSERT_OK_AND_ASSIGN(ExfatImage image, ExfatImage::Make(SmallTree(), SmallOptions()));
  image.bytes.resize(kMiB + 512);
  const File file = image.AsFile();
  ExfatDefect at_fault;
  EXPECT_OK(ExfatReader::Open(file, 0, kMiB + 512, &at_fault));
  EXPECT_THAT(OpenCanonicalExfat(file, 0, kMiB + 512, &at_fault),
              HasError(ErrorKind::kCorrupt, "something follows the filesystem"));
  EXPECT_EQ(at_fault.structure, ExfatStructure::kUnused);
}

TEST(ExfatCanonicalTest, PassesOverHolesAndSeesWhatIsBetween) {
  constexpr uint64_t kSize = 2048 * kMiB;
  const File file(UniqueFd(memfd_create("image", MFD_CLOEXEC)), "image");
  ASSERT_OK(file.Truncate(kSize + kMiB));
  FileSink sink(file, kMiB);
  ASSERT_OK(WriteExfat(SmallTree(), {.size = kSize, .start = kMiB}, sink));
  ASSERT_OK(OpenCanonicalExfat(file, kMiB, kSize));
  for (const uint64_t offset : {kMiB + kSize / 2, kMiB + kSize - 1, kMiB + 100 * kMiB + 1}) {
    ASSERT_OK(file.WriteAt(offset, AsBytes("\x01")));
    ExfatDefect at_fault;
    EXPECT_THAT(OpenCanonicalExfat(file, kMiB, kSize, &at_fault),
                HasError(ErrorKind::kCorrupt, "byte " + std::to_string(offset - kMiB) + " is not as"));
    EXPECT_EQ(at_fault.structure, ExfatStructure::kUnused);
    ASSERT_OK(file.PunchHole(offset / 4096 * 4096, 4096));
  }
  ASSERT_OK(OpenCanonicalExfat(file, kMiB, kSize));
}

TEST(ExfatCanonicalTest, RefusesAnotherOrderAndOtherTimes) {
  ASSERT_OK_AND_ASSIGN(const ExfatImage image, ExfatImage::Make(SmallTree(), SmallOptions()));
  const auto verdict = [](const ExfatImage& changed) {
    const File file = changed.AsFile();
    EXPECT_OK(ExfatReader::Open(file, 0, kMiB));
    ExfatDefect at_fault;
    EXPECT_FALSE(OpenCanonicalExfat(file, 0, kMiB, &at_fault).ok());
    return at_fault.structure;
  };
  const uint64_t first = Cluster(5) + 3 * 32;
  ExfatImage order = image;
  order.Put(first, image.Get<std::array<uint8_t, 96>>(first + 96));
  order.Put(first + 96, image.Get<std::array<uint8_t, 96>>(first));
  EXPECT_EQ(verdict(order), ExfatStructure::kEntrySet);
  ExfatImage accessed = image;
  accessed.Flip(first + 16, 0);
  accessed.Seal(first);
  EXPECT_EQ(verdict(accessed), ExfatStructure::kEntrySet);
  ExfatImage deleted = image;
  deleted.bytes[Cluster(5) + 12 * 32] = 0x05;
  EXPECT_EQ(verdict(deleted), ExfatStructure::kDirectory);
}

}  // namespace
}  // namespace hallmark
