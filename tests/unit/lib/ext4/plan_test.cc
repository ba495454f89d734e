// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/geometry.h"
#include "lib/ext4/writer.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ext4::Geometry;
using testing::HasError;

constexpr uint64_t kSize = 16 << 20;

TEST(Ext4PlanTest, AFileThatLostItsContentHasNoHoles) {
  FileTree tree;
  FileTree::Inode file = FileTree::RegularFile("", 0644, {});
  file.source = "/nonexistent";
  file.size = 1 << 20;
  file.sparse = true;
  file.SetContent("");
  ASSERT_OK(tree.Put("/var/log/lastlog", file));
  tree.Compact();
  EXPECT_OK(PlanExt4(tree, {.size = kSize}));
}

TEST(Ext4PlanTest, FilesHaveAtMost65000Names) {
  FileTree tree;
  ASSERT_OK_AND_ASSIGN(const FileTree::Index file, tree.Put("/file", FileTree::RegularFile("x", 0644, {})));
  tree.Compact();
  tree.inode(file).link_count = 65'000;
  EXPECT_OK(PlanExt4(tree, {.size = kSize}));
  tree.inode(file).link_count = 65'001;
  EXPECT_THAT(PlanExt4(tree, {.size = kSize}), HasError(ErrorKind::kUnsupported, "more than 65000 names"));
}

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

}  // namespace
}  // namespace hallmark
