// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/disk_layout.h"

#include "lib/verity/verity.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr uint64_t kMiB = 1 << 20;

TEST(DiskLayoutTest, PutsTheRootWhereItAlwaysIs) {
  for (const bool verity : {false, true}) {
    ASSERT_OK_AND_ASSIGN(const DiskLayout layout, PlanDiskLayout(10240 * kMiB, verity));
    EXPECT_EQ(layout.esp.start, kMiB);
    EXPECT_EQ(layout.esp.size, 100 * kMiB);
    EXPECT_EQ(layout.root.start, 105906176U);
    EXPECT_EQ(layout.disk_size, 10240 * kMiB);
  }
}

TEST(DiskLayoutTest, HasTheSizesThatImagesHave) {
  EXPECT_EQ(PlanDiskLayout(10240 * kMiB, false).value().root.size, 10138 * kMiB);
  EXPECT_EQ(PlanDiskLayout(10240 * kMiB, false).value().verity.size, 0U);
  const DiskLayout layout = PlanDiskLayout(10240 * kMiB, true).value();
  EXPECT_EQ(layout.root.size, 10058 * kMiB);
  EXPECT_EQ(layout.verity.size, 80 * kMiB);
}

TEST(DiskLayoutTest, GivesTheRootAllThatItsHashTreeLeaves) {
  for (const uint64_t size : {120 * kMiB, 1024 * kMiB, 4097 * kMiB, 65536 * kMiB}) {
    ASSERT_OK_AND_ASSIGN(const DiskLayout layout, PlanDiskLayout(size, true));
    EXPECT_EQ(layout.verity.start, layout.root.start + layout.root.size);
    EXPECT_LE(layout.verity.start + layout.verity.size, size - kMiB);
    EXPECT_GE(layout.verity.size, VerityTreeSize(layout.root.size / 4096));
    // One MiB more of root would not fit with its tree.
    const uint64_t tree = (VerityTreeSize((layout.root.size + kMiB) / 4096) + kMiB - 1) / kMiB * kMiB;
    EXPECT_GT(layout.root.start + layout.root.size + kMiB + tree, size - kMiB);
  }
}

TEST(DiskLayoutTest, RefusesSizesThatDoNotWork) {
  EXPECT_THAT(PlanDiskLayout(1024 * kMiB + 1, true), HasError(ErrorKind::kUsage, "not a multiple of 1 MiB"));
  EXPECT_THAT(PlanDiskLayout(110 * kMiB, true), HasError(ErrorKind::kUsage, "an image of 110 MiB: at least 111 MiB"));
  EXPECT_OK(PlanDiskLayout(111 * kMiB, true));
  EXPECT_THAT(PlanDiskLayout(109 * kMiB, false), HasError(ErrorKind::kUsage, "at least 110 MiB"));
  EXPECT_OK(PlanDiskLayout(110 * kMiB, false));
}

}  // namespace
}  // namespace hallmark
