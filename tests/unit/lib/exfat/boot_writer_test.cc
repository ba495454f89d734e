// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/boot_writer.h"

#include "tests/support/matchers.h"
#include "tests/unit/lib/exfat/exfat_image.h"

namespace hallmark {
namespace {

using testing::ExfatImage;
using testing::kMiB;
using testing::SmallOptions;
using testing::SmallTree;

std::string Hex(ByteSpan bytes, uint64_t offset, size_t size) { return ToHex(bytes.subspan(offset, size)); }

TEST(ExfatBootWriterTest, ASmallVolumeToTheByte) {
  ASSERT_OK_AND_ASSIGN(const ExfatImage image, ExfatImage::Make(SmallTree(), SmallOptions()));
  ASSERT_EQ(image.bytes.size(), kMiB);
  EXPECT_EQ(Hex(image.bytes, 0, 11), "eb76904558464154202020");  // jump, "EXFAT   "
  EXPECT_TRUE(IsZero(ByteSpan(image.bytes).subspan(11, 53)));
  EXPECT_EQ(Hex(image.bytes, 64, 16), "00080000000000000008000000000000");  // partition offset 2048, 2048 sectors
  EXPECT_EQ(Hex(image.bytes, 80, 8), "1800000002000000");                   // FAT at sector 24, 2 sectors
  EXPECT_EQ(Hex(image.bytes, 88, 8), "20000000fc000000");                   // heap at sector 32, 252 clusters
  EXPECT_EQ(Hex(image.bytes, 96, 8), "050000004d3c2b1a");                   // root, serial
  EXPECT_EQ(Hex(image.bytes, 104, 16),
            "00010000090301800300000000000000");  // revision, flags, shifts, FATs, drive, 3 % in use
  EXPECT_EQ(Hex(image.bytes, 120, 4), "f4f4f4f4");
  EXPECT_EQ(Hex(image.bytes, 508, 6), "f4f455aa0000");
  for (uint64_t sector = 1; sector <= 8; ++sector) EXPECT_EQ(Hex(image.bytes, sector * 512 + 506, 6), "0000000055aa");
  EXPECT_TRUE(IsZero(ByteSpan(image.bytes).subspan(9 * 512, 2 * 512)));
  const std::string checksum = Hex(image.bytes, 11 * 512, 4);
  EXPECT_EQ(checksum, "2e179b9c");
  EXPECT_EQ(Hex(image.bytes, 12 * 512 - 4, 4), checksum);
  EXPECT_EQ(Hex(image.bytes, 0, 12 * 512), Hex(image.bytes, 12 * 512, 12 * 512));
}

TEST(ExfatBootWriterTest, ALargeVolumeToTheByte) {
  ExfatGeometry geometry{.size = uint64_t{1} << 46, .start = uint64_t{1} << 42};
  geometry.cluster_size = 128 << 10;
  geometry.fat = kMiB;
  geometry.fat_size = uint64_t{2} << 30;
  geometry.heap = uint64_t{3} << 30;
  geometry.clusters = 0x1fff8000;
  geometry.root = 0x01020304;
  geometry.serial = 0xfedcba98;
  const ByteVector region = MakeExfatBootRegion(geometry, 100);
  ASSERT_EQ(region.size(), 12U * 512);
  EXPECT_EQ(Hex(region, 64, 16), "00000000020000000000000020000000");
  EXPECT_EQ(Hex(region, 80, 12), "000800000000400000006000");
  EXPECT_EQ(Hex(region, 92, 12), "0080ff1f0403020198badcfe");
  EXPECT_EQ(Hex(region, 104, 16), "00010000090801806400000000000000");
  for (size_t at = 11 * 512; at < region.size(); at += 4) EXPECT_EQ(Hex(region, at, 4), "8dc9479a") << at;
}

}  // namespace
}  // namespace hallmark
