// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/disk_check.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark {
namespace {

class DiskCheckTest : public ::testing::Test {
 protected:
  void SetUp() override { expected = Describe(image); }
  DiskDescription Describe(const std::string& bytes) {
    testing::WriteFile(dir / "image", bytes);
    return DescribeDiskTable(File::OpenForReading(dir / "image").value()).value().value();
  }
  /// The finding of an image with these bytes; one without a verdict if there is none.
  Finding Check(const std::string& bytes) {
    testing::WriteFile(dir / "image", bytes);
    const auto finding = CheckDiskTable(expected, File::OpenForReading(dir / "image").value());
    EXPECT_OK(finding);
    return finding.value().value_or(Finding{});
  }
  std::string Flipped(uint64_t offset) {
    std::string bytes = image;
    bytes.at(offset) = static_cast<char>(bytes.at(offset) ^ 1);
    return FindingText(Check(bytes));
  }
  /// The finding if the signed table is the image's but for a change to its partitions.
  template <typename Change>
  std::string WithSigned(const Change& change) {
    expected = Describe(image);
    expected.table_sha256[0] ^= 1;
    change(expected.partitions);
    return FindingText(Check(image));
  }
  testing::TempDir dir;
  const std::string image = testing::SampleImage();
  DiskDescription expected;
};

TEST_F(DiskCheckTest, OneByteInEachRegionOfTheTable) {
  EXPECT_EQ(Check(image).verdict, Verdict::kGood);
  const uint64_t size = testing::kSampleImageSize;
  EXPECT_EQ(Flipped(0), "table: rootfs.img: has another partition table than signed");
  EXPECT_EQ(Flipped(440), "table: rootfs.img: has another partition table than signed");  // MBR's disk signature
  EXPECT_EQ(Flipped(512), "table: rootfs.img: has no partition table");
  EXPECT_EQ(Flipped(512 + 56), "table: rootfs.img: GPT header: wrong checksum");
  EXPECT_EQ(Flipped(512 + 92), "table: rootfs.img: has another partition table than signed");
  EXPECT_EQ(Flipped(1024 + 16), "table: rootfs.img: GPT entries: wrong checksum");
  EXPECT_EQ(Flipped(size - 1), "table: rootfs.img: has another backup of its partition table than signed");
  EXPECT_EQ(Flipped(size - 33 * 512), "table: rootfs.img: has another backup of its partition table than signed");
  for (const uint64_t offset : {uint64_t{34 * 512}, size - 33 * 512 - 1}) EXPECT_EQ(Flipped(offset), "good: : ");
}

TEST_F(DiskCheckTest, TellsTheByteRange) {
  std::string changed = image;
  changed.back() = 'x';
  const Finding backup = Check(changed);
  EXPECT_EQ(backup.offset, testing::kSampleImageSize - 33 * 512);
  EXPECT_EQ(backup.length, 33 * 512U);
  const Finding small = Check(image.substr(0, 67 * 512 - 1));
  EXPECT_EQ(FindingText(small), "table: rootfs.img: has no partition table");
  EXPECT_EQ(small.offset, 0U);
  EXPECT_EQ(small.length, 67 * 512U - 1);
}

TEST_F(DiskCheckTest, NamesThePartitionThatDiffers) {
  using Partitions = std::vector<Partition>&;
  const std::string one = "table: rootfs.img: partition 1 ";
  EXPECT_EQ(WithSigned([](Partitions p) { p[0].offset += 512; }), one + "begins at 262144 and not at 262656");
  EXPECT_EQ(WithSigned([](Partitions p) { p[0].size -= 512; }), one + "has 524288 bytes and not 523776");
  EXPECT_EQ(WithSigned([](Partitions p) { p[0].type[0] ^= 1; }),
            one + "has the type 11111111-1111-1111-1111-111111111111");
  EXPECT_EQ(WithSigned([](Partitions p) { p[0].name = "q"; }), one + "has another name");
  EXPECT_EQ(WithSigned([](Partitions p) { p[0].attributes = 1; }), one + "has other attributes");
  EXPECT_EQ(WithSigned([](Partitions p) { p[1].number = 14; }), "table: rootfs.img: partition 14 is missing");
  EXPECT_EQ(WithSigned([](Partitions p) { p.pop_back(); }), "table: rootfs.img: has 2 partitions and not 1");
}

// GUIDs come last: with another difference, the image is not another release.
TEST_F(DiskCheckTest, AnotherGuidIsAnotherRelease) {
  const Finding finding = Check(testing::SampleImage(5));
  EXPECT_EQ(finding.verdict, Verdict::kWrongRelease);
  EXPECT_EQ(finding.offset, 0U);
  EXPECT_EQ(finding.length, 34 * 512U);
  EXPECT_EQ(finding.partition, 1U);
  expected.partitions[1].size += 512;
  EXPECT_EQ(Check(testing::SampleImage(5)).verdict, Verdict::kTable);
}

}  // namespace
}  // namespace hallmark
