// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/geometry.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ext4::Geometry;
using testing::HasError;

TEST(Ext4GeometryTest, CountsInodesIn32Bits) {
  for (const uint64_t blocks : {uint64_t{1} << 33, uint64_t{1} << 34, uint64_t{1} << 35}) {
    ASSERT_OK_AND_ASSIGN(const Geometry geometry, Geometry::Make(blocks, 1000));
    EXPECT_LE(geometry.inodes(), UINT32_MAX) << blocks;
    EXPECT_GE(geometry.inodes(), uint64_t{1} << 30) << blocks;
  }
  EXPECT_THAT(Geometry::Make(uint64_t{1} << 34, uint64_t{1} << 32), HasError(ErrorKind::kNoSpace, "do not fit"));
}

TEST(Ext4GeometryTest, LeavesOutALastGroupWithoutRoomForItsCopies) {
  constexpr uint64_t kGroups = 6561;  // 3^8: the group behind them has a copy of superblock and descriptors
  constexpr uint64_t kDescriptors = 103;
  for (const uint64_t tail : {uint64_t{64}, kDescriptors, kDescriptors + 50}) {
    ASSERT_OK_AND_ASSIGN(const Geometry geometry, Geometry::Make(kGroups * 32768 + tail, 1000));
    EXPECT_EQ(geometry.groups(), kGroups) << tail;
    EXPECT_EQ(geometry.blocks(), kGroups * 32768) << tail;
  }
  ASSERT_OK_AND_ASSIGN(const Geometry geometry, Geometry::Make(kGroups * 32768 + kDescriptors + 51, 1000));
  EXPECT_EQ(geometry.groups(), kGroups + 1);
  EXPECT_EQ(geometry.descriptor_blocks(), kDescriptors);
  for (const ext4::Extent& extent : geometry.Metadata()) {
    EXPECT_LE(extent.start + extent.length, geometry.blocks());
  }
}

TEST(Ext4GeometryTest, CopiesAreInPowersOf3And5And7) {
  for (const uint32_t group : {0, 1, 3, 5, 7, 9, 25, 27, 49, 81}) EXPECT_TRUE(Geometry::HasSuperblock(group)) << group;
  for (const uint32_t group : {2, 4, 6, 8, 15, 21, 35, 63}) EXPECT_FALSE(Geometry::HasSuperblock(group)) << group;
}

TEST(Ext4AllocatorTest, GoesAroundTheMetadataAndCountsWhatIsMissing) {
  ASSERT_OK_AND_ASSIGN(const Geometry geometry, Geometry::Make(4096, 16));
  uint64_t taken = 0;
  for (const ext4::Extent& extent : geometry.Metadata()) taken += extent.length;
  ext4::Allocator allocator(geometry);
  std::vector<ext4::Extent> extents;
  allocator.Allocate(4096 - taken, &extents);
  EXPECT_EQ(allocator.missing(), 0U);
  uint64_t given = 0;
  for (const ext4::Extent& extent : extents) given += extent.length;
  EXPECT_EQ(given, 4096 - taken);
  EXPECT_EQ(allocator.AllocateOne(), 0U);
  EXPECT_EQ(allocator.missing(), 1U);
}

}  // namespace
}  // namespace hallmark
