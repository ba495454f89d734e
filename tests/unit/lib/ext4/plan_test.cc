// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/writer.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

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

}  // namespace
}  // namespace hallmark
