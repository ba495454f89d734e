// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/boot_reader.h"

#include "tests/support/matchers.h"
#include "tests/unit/lib/exfat/exfat_image.h"

namespace hallmark {
namespace {

using testing::ExfatImage;
using testing::kMiB;
using testing::SmallOptions;
using testing::SmallTree;

ExfatImage Small() { return ExfatImage::Make(SmallTree(), SmallOptions()).value(); }

/// What reading the boot region says: "good", or the structure at fault and the message after it.
std::string Verdict(const ExfatImage& image) {
  const File file = image.AsFile();
  ExfatDefect at_fault;
  const Result<ExfatGeometry> geometry = ReadExfatBootRegion(file, 0, image.bytes.size(), ExfatFault(file, &at_fault));
  if (geometry.ok()) return "good";
  EXPECT_EQ(geometry.error().kind, ErrorKind::kCorrupt) << geometry.error();
  std::string verdict = std::string(ExfatStructureName(at_fault.structure)) + ": " + at_fault.reason;
  EXPECT_EQ(geometry.error().message, "image: exFAT: " + verdict);
  return verdict;
}

TEST(ExfatBootReaderTest, GivesThePlacesInBytes) {
  const File file = Small().AsFile();
  ASSERT_OK_AND_ASSIGN(const ExfatGeometry geometry, ReadExfatBootRegion(file, 0, kMiB, ExfatFault(file, nullptr)));
  EXPECT_EQ(geometry.size, kMiB);
  EXPECT_EQ(geometry.start, kMiB);
  EXPECT_EQ(geometry.sector_size, 512U);
  EXPECT_EQ(geometry.cluster_size, 4096U);
  EXPECT_EQ(geometry.fat, 12'288U);
  EXPECT_EQ(geometry.fat_size, 1024U);
  EXPECT_EQ(geometry.fats, 1U);
  EXPECT_EQ(geometry.active_fat, 0U);
  EXPECT_EQ(geometry.heap, 16'384U);
  EXPECT_EQ(geometry.clusters, 252U);
  EXPECT_EQ(geometry.root, 5U);
  EXPECT_EQ(geometry.serial, 0x1a2b3c4dU);
}

TEST(ExfatBootReaderTest, OneFlippedBitOfEachRegion) {
  const auto flipped = [](uint64_t offset) {
    ExfatImage image = Small();
    image.Flip(offset, 3);
    return Verdict(image);
  };
  const std::string checksum = "the boot region does not have the checksum that it says";
  EXPECT_EQ(flipped(3), "boot sector: this is not an exFAT filesystem");
  EXPECT_EQ(flipped(511), "boot sector: this is not an exFAT filesystem");
  EXPECT_EQ(flipped(100), "boot sector: " + checksum);
  for (const uint64_t offset : {512, 11 * 512 - 1}) EXPECT_EQ(flipped(offset), "boot region: " + checksum) << offset;
  for (const uint64_t offset : {11 * 512, 12 * 512 - 1}) EXPECT_EQ(flipped(offset), "boot checksum: " + checksum);
  for (const uint64_t offset : {12 * 512, 23 * 512, 24 * 512 - 1}) {
    EXPECT_EQ(flipped(offset), "backup boot region: it does not have the checksum that it says") << offset;
  }
  for (const uint64_t offset : {107, 12 * 512 + 106, 24 * 512}) EXPECT_EQ(flipped(offset), "good") << offset;
}

// Each change is made good by a new checksum in both copies: somebody meant it.
TEST(ExfatBootReaderTest, SaysWhatIsWrong) {
  const auto with = [](uint64_t offset, const auto& value) {
    ExfatImage image = Small();
    image.Put(offset, value);
    image.SealBoot();
    return Verdict(image);
  };
  EXPECT_EQ(with(72, Le64(2047)), "boot sector: less than 1 MiB");
  EXPECT_EQ(with(72, Le64(2049)), "boot sector: it says that it is larger than the 1.0 MiB that are there");
  EXPECT_EQ(with(80, Le32(23)), "boot sector: its regions overlap");
  EXPECT_EQ(with(84, Le32(1)), "boot sector: a FAT of fewer entries than clusters");
  EXPECT_EQ(with(88, Le32(25)), "boot sector: its regions overlap");
  EXPECT_EQ(with(92, Le32(0)), "boot sector: its clusters do not fit in it");
  EXPECT_EQ(with(92, Le32(253)), "boot sector: its clusters do not fit in it");
  for (const uint32_t root : {1, 254}) EXPECT_EQ(with(96, Le32(root)), "boot sector: the root directory lies outside");
  EXPECT_EQ(with(96, Le32(253)), "good");
  EXPECT_EQ(with(104, Le16(0x0200)), "boot sector: not revision 1 of exFAT");
  EXPECT_EQ(with(106, Le16(1)), "boot sector: the FAT in use does not exist");
  for (const int shift : {8, 13}) EXPECT_EQ(with(108, uint8_t(shift)), "boot sector: this is not an exFAT filesystem");
  EXPECT_EQ(with(109, uint8_t{17}), "boot sector: clusters of more than 32 MiB");
  EXPECT_EQ(with(110, uint8_t{3}), "boot sector: 3 FATs");
  EXPECT_EQ(with(112, uint8_t{101}), "boot sector: more than 100 percent are in use");
  EXPECT_EQ(with(112, uint8_t{255}), "good");
  ExfatImage small = Small();
  small.bytes.resize(kMiB - 512);
  EXPECT_EQ(Verdict(small), "boot sector: no room for it: exFAT takes 1 MiB at least");
}

}  // namespace
}  // namespace hallmark
