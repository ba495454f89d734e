// SPDX-License-Identifier: Apache-2.0
#include "lib/base/file_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::TempDir;
using testing::WriteFile;

std::vector<std::string> Paths(const FileTree& tree) {
  std::vector<std::string> paths;
  tree.Walk([&](const std::string& path, FileTree::Index) { paths.push_back(path); });
  return paths;
}

TEST(FileTreeTest, ScanSeesEveryTypeAndHardLinks) {
  const TempDir dir;
  WriteFile(dir / "sub/file", "content");
  ASSERT_EQ(link((dir / "sub/file").c_str(), (dir / "again").c_str()), 0);
  ASSERT_EQ(symlink("sub/file", (dir / "link").c_str()), 0);
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);

  ThreadPool pool(2);
  ASSERT_OK_AND_ASSIGN(const FileTree tree, FileTree::Scan(dir.path(), pool));
  EXPECT_EQ(Paths(tree), (std::vector<std::string>{"/", "/again", "/fifo", "/link", "/sub", "/sub/file"}));
  ASSERT_OK_AND_ASSIGN(const FileTree::Index file, tree.Find("/sub/file"));
  EXPECT_EQ(file, *tree.Find("/again"));
  EXPECT_EQ(tree.inode(file).link_count, 2);
  EXPECT_EQ(tree.inode(file).size, 7);
  EXPECT_EQ(tree.inode(*tree.Find("/link")).data, "sub/file");
  EXPECT_TRUE(S_ISFIFO(tree.inode(*tree.Find("/fifo")).mode));
  EXPECT_EQ(tree.inode(FileTree::kRoot).link_count, 3);
}

TEST(FileTreeTest, OpenSourceTakesNothingThatCameInItsPlace) {
  const TempDir dir;
  for (const char* name : {"same", "longer", "replaced", "link", "fifo", "gone"}) WriteFile(dir / name, "content");
  WriteFile(dir / "other", "another");
  ThreadPool pool(2);
  ASSERT_OK_AND_ASSIGN(const FileTree tree, FileTree::Scan(dir.path(), pool));
  const auto opened = [&](const std::string& name) { return tree.inode(*tree.Find("/" + name)).OpenSource(); };

  WriteFile(dir / "longer", "more content");
  ASSERT_EQ(rename((dir / "other").c_str(), (dir / "replaced").c_str()), 0);
  for (const char* name : {"link", "fifo", "gone"}) ASSERT_EQ(unlink((dir / name).c_str()), 0);
  ASSERT_EQ(symlink("same", (dir / "link").c_str()), 0);
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  EXPECT_OK(opened("same"));
  for (const char* name : {"longer", "replaced", "fifo"}) {
    EXPECT_THAT(opened(name), HasError(ErrorKind::kCorrupt, std::string(name) + ": is not the file any more"));
  }
  EXPECT_FALSE(opened("link").ok());
  EXPECT_FALSE(opened("gone").ok());
}

TEST(FileTreeTest, ScanFollowsALinkToTheDirectoryAndNoneInIt) {
  const TempDir dir;
  WriteFile(dir / "tree/sub/file", "content");
  ASSERT_EQ(symlink("tree", (dir / "to-tree").c_str()), 0);
  ASSERT_EQ(symlink("sub", (dir / "tree/to-sub").c_str()), 0);
  ThreadPool pool(2);
  ASSERT_OK_AND_ASSIGN(const FileTree tree, FileTree::Scan(dir / "to-tree", pool));
  EXPECT_EQ(Paths(tree), (std::vector<std::string>{"/", "/sub", "/sub/file", "/to-sub"}));
  EXPECT_THAT(FileTree::Scan(dir / "tree/sub/file", pool), HasError(ErrorKind::kUsage, "not a directory"));
}

TEST(FileTreeTest, PutMakesParentsAndReplaces) {
  FileTree tree;
  const Timestamp time{7, 0};
  ASSERT_OK(tree.Put("/a/b/c", FileTree::RegularFile("one", 0644, time)));
  ASSERT_OK(tree.Put("/a/b/c", FileTree::RegularFile("three", 0600, time)));
  ASSERT_OK(tree.Put("/a/b", FileTree::Directory(0700, time)));
  tree.Compact();
  EXPECT_EQ(Paths(tree), (std::vector<std::string>{"/", "/a", "/a/b", "/a/b/c"}));
  EXPECT_EQ(tree.inodes().size(), 4);
  EXPECT_EQ(tree.inode(*tree.Find("/a/b/c")).data, "three");
  EXPECT_EQ(tree.inode(*tree.Find("/a/b")).mode & 07777, 0700);
  EXPECT_THAT(tree.Put("/a/b/c/d", FileTree::Directory(0755, time)), HasError(ErrorKind::kUsage, "not a directory"));
}

TEST(FileTreeTest, ReadsTheContentOfRegularFilesAlone) {
  FileTree tree;
  ASSERT_OK(tree.Put("/etc/motd", FileTree::RegularFile("hello", 0644, {})));
  ASSERT_OK(tree.Put("/etc/link", FileTree::SymbolicLink("motd", {})));
  EXPECT_EQ(tree.ReadFile("/etc/motd", 5).value(), "hello");
  EXPECT_THAT(tree.ReadFile("/etc/motd", 4), HasError(ErrorKind::kCorrupt, "/etc/motd: larger than 4 bytes"));
  EXPECT_THAT(tree.ReadFile("/etc/link", 5), HasError(ErrorKind::kCorrupt, "/etc/link: not a regular file"));
  EXPECT_THAT(tree.ReadFile("/etc/absent", 5), HasError(ErrorKind::kNotFound, "/etc/absent"));
}

TEST(FileTreeTest, LinkRemoveAndClear) {
  FileTree tree;
  ASSERT_OK_AND_ASSIGN(const FileTree::Index file, tree.Put("/d/f", FileTree::RegularFile("x", 0644, {})));
  ASSERT_OK(tree.Link("/e/g", file));
  tree.Compact();
  EXPECT_EQ(tree.inode(*tree.Find("/e/g")).link_count, 2);
  tree.Remove("/d/f");
  tree.Remove("/d/not-there");
  tree.Compact();
  EXPECT_EQ(tree.inode(*tree.Find("/e/g")).link_count, 1);
  tree.Clear("/e");
  tree.Compact();
  EXPECT_EQ(Paths(tree), (std::vector<std::string>{"/", "/d", "/e"}));
  EXPECT_THAT(tree.Find("/e/g"), HasError(ErrorKind::kNotFound, "/e/g"));
}

}  // namespace
}  // namespace hallmark
