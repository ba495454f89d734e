// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/kernel_modules.h"

#include "tests/support/matchers.h"
#include "tests/unit/lib/rootfs/image/sample_kernel.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using testing::HasError;
using ::testing::IsEmpty;
using testing::PutSampleFile;
using testing::SampleKernel;

TEST(KernelVersionTest, TakesTheOnlyOne) {
  FileTree tree = SampleKernel();
  EXPECT_EQ(*KernelVersion(tree), "6.1");
  PutSampleFile(tree, "/boot/vmlinuz-6.8", "");
  PutSampleFile(tree, "/usr/lib/modules/6.8/modules.dep", "");
  EXPECT_THAT(KernelVersion(tree), HasError(ErrorKind::kUsage, "more than one kernel in /boot: 6.1, 6.8"));
  tree.Remove("/boot/vmlinuz-6.1");
  tree.Remove("/boot/vmlinuz-6.8");
  EXPECT_THAT(KernelVersion(tree), HasError(ErrorKind::kNotFound, "no kernel with its modules"));
}

TEST(ModuleNameTest, IsTheKernelsOwn) {
  EXPECT_EQ(ModuleName("kernel/drivers/md/dm-verity.ko.xz"), "dm_verity");
  EXPECT_EQ(ModuleName("virtio_blk.ko"), "virtio_blk");
  EXPECT_EQ(ModuleName("overlay"), "overlay");
}

TEST(ModuleIndexTest, KnowsWhatAModuleNeedsAndWhatIsBuiltIn) {
  ASSERT_OK_AND_ASSIGN(const ModuleIndex index, ModuleIndex::Read(SampleKernel(), "6.1"));
  EXPECT_EQ(index.directory(), "/usr/lib/modules/6.1");
  EXPECT_THAT(index.InLoadOrder("dm_verity"),
              ElementsAre("kernel/dm-mod.ko", "kernel/dm-bufio.ko", "kernel/dm-verity.ko.gz"));
  EXPECT_THAT(index.InLoadOrder("virtio_blk"), IsEmpty());
  EXPECT_TRUE(index.IsModule("dm_verity"));
  EXPECT_FALSE(index.IsModule("virtio_blk"));
  EXPECT_TRUE(index.IsBuiltin("virtio_blk"));
  EXPECT_FALSE(index.IsBuiltin("dm_verity"));
}

TEST(ModuleIndexTest, FindsTheModulesOfATreeThatIsNotMerged) {
  FileTree tree;
  PutSampleFile(tree, "/lib/modules/6.1/modules.dep", "kernel/a.ko:\n");
  EXPECT_THAT(ModuleIndex::Read(tree, "6.1"), HasError(ErrorKind::kNotFound, "/lib/modules/6.1/modules.builtin"));
  PutSampleFile(tree, "/lib/modules/6.1/modules.builtin", "");
  EXPECT_EQ(ModuleIndex::Read(tree, "6.1").value().directory(), "/lib/modules/6.1");
}

TEST(ModuleIndexTest, RefusesWhatDepmodDoesNotWrite) {
  FileTree tree = SampleKernel();
  PutSampleFile(tree, "/usr/lib/modules/6.1/modules.dep", "kernel/a.ko\n");
  EXPECT_THAT(ModuleIndex::Read(tree, "6.1"), HasError(ErrorKind::kCorrupt, "modules.dep: a line without ':'"));
  const Result<ModuleIndex> absent = ModuleIndex::Read(tree, "6.8");
  EXPECT_THAT(absent, HasError(ErrorKind::kNotFound, "no modules.dep of kernel 6.8"));
  EXPECT_EQ(absent.error().hint, "`depmod -b TREE 6.8` makes it");
}

}  // namespace
}  // namespace hallmark
