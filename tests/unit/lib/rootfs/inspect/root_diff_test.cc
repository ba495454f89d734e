// SPDX-License-Identifier: Apache-2.0
// Of root_diff.cc, whose functions image_diff.h declares.
#include "lib/rootfs/inspect/image_diff.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/lib/rootfs/inspect/sample_filesystem.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RootDiffTest : public ::testing::Test {
 protected:
  RootDiffTest() {
    for (FileTree* tree : {&first_, &second_}) {
      Put(*tree, "/etc/motd", FileTree::RegularFile("hello", 0644, {1}));
      Put(*tree, "/etc/link", FileTree::SymbolicLink("motd", {1}));
      Put(*tree, "/dev/thing", FileTree::Device(S_IFCHR | 0600, 1, 2, {1}));
    }
  }
  static void Put(FileTree& tree, const std::string& path, FileTree::Inode inode) {
    EXPECT_OK(tree.Put(path, std::move(inode)));
  }
  FileTree::Inode& Second(const std::string& path) { return second_.inode(second_.Find(path).value()); }

  static std::vector<std::string> Lines(const Differences& differences) {
    std::vector<std::string> lines;
    for (const Difference& difference : differences) lines.push_back(FormatDifference(difference));
    return lines;
  }
  std::vector<std::string> Diff(Result<Differences> (*diff)(const ImageParts&, const ImageParts&)) {
    const testing::TempDir directory;
    for (const auto& [tree, name] : {std::pair{&first_, "first"}, {&second_, "second"}}) {
      tree->Compact();
      testing::WriteSampleFilesystem(*tree, directory / name);
    }
    const ImageParts first = ReadImage(directory / "first").value();
    const ImageParts second = ReadImage(directory / "second").value();
    return Lines(diff(first, second).value());
  }

  FileTree first_;
  FileTree second_;
};

TEST_F(RootDiffTest, FindsNothingInTheSameFiles) { EXPECT_THAT(Diff(DiffFiles), IsEmpty()); }

TEST_F(RootDiffTest, NamesMetadata) {
  Second("/etc/motd").mode = S_IFREG | 0600;
  Second("/etc/motd").uid = 7;
  Second("/etc/motd").gid = 8;
  Second("/etc/motd").xattrs = {{"user.note", "a"}};
  Second("/etc/link").data = "mota";
  Second("/dev/thing").device_minor = 3;
  EXPECT_THAT(Diff(DiffFiles),
              ElementsAre("file /dev/thing: device: 1:2 | 1:3", "file /etc/link: target: motd | mota",
                          "file /etc/motd: mode: 0644 | 0600", "file /etc/motd: owner: 0 | 7",
                          "file /etc/motd: group: 0 | 8", "file /etc/motd: xattr user.note: absent | 61"));
}

TEST_F(RootDiffTest, LeavesOutTheTimesThatFollowFromTheFirst) {
  Second("/etc/motd").mtime = {2, 5};
  EXPECT_THAT(Diff(DiffFiles), ElementsAre("file /etc/motd: mtime: 1.000000000 | 2.000000005"));
}

TEST_F(RootDiffTest, SaysFromWhichByteContentsDiffer) {
  Put(second_, "/etc/motd", FileTree::RegularFile("help!", 0644, {1}));
  EXPECT_THAT(Diff(DiffFiles), ElementsAre("file /etc/motd: content: differs from byte 3"));
  Put(second_, "/etc/motd", FileTree::RegularFile("hello there", 0644, {1}));
  EXPECT_THAT(Diff(DiffFiles),
              ElementsAre("file /etc/motd: size: 5 | 11", "file /etc/motd: content: differs from byte 5"));
}

TEST_F(RootDiffTest, NamesWhatOneImageAloneHas) {
  Put(second_, "/srv/a", FileTree::RegularFile("", 0644, {1}));
  Put(second_, "/srv/b", FileTree::RegularFile("", 0644, {1}));
  Put(first_, "/etc/old", FileTree::RegularFile("", 0644, {1}));
  EXPECT_THAT(Diff(DiffFiles), ElementsAre("file /: links: 5 | 6", "file /etc/old: presence: file | absent",
                                           "file /srv: presence: absent | folder with 2 entries"));
}

TEST_F(RootDiffTest, NamesAnotherType) {
  second_.Remove("/etc/motd");
  Put(second_, "/etc/motd", FileTree::SymbolicLink("link", {1}));
  EXPECT_THAT(Diff(DiffFiles), ElementsAre("file /etc/motd: type: file | symbolic link"));
}

TEST_F(RootDiffTest, ComparesAFileOfSeveralNamesOnce) {
  for (FileTree* tree : {&first_, &second_}) ASSERT_OK(tree->Link("/etc/other", tree->Find("/etc/motd").value()));
  Second("/etc/motd").mode = S_IFREG | 0600;
  EXPECT_THAT(Diff(DiffFiles), ElementsAre("file /etc/motd: mode: 0644 | 0600"));
}

TEST_F(RootDiffTest, ComparesPackages) {
  EXPECT_THAT(Diff(DiffPackages), IsEmpty());
  const auto status = [](const std::string& packages) { return FileTree::RegularFile(packages, 0644, {1}); };
  const std::string installed = "Status: install ok installed\nArchitecture: arm64\n";
  Put(first_, "/var/lib/dpkg/status",
      status("Package: a\nVersion: 1\n" + installed + "\nPackage: b\nVersion: 1\n" + installed +
             "\nPackage: c\nVersion: 1\n" + installed));
  Put(second_, "/var/lib/dpkg/status",
      status("Package: a\nVersion: 1\n" + installed + "\nPackage: b\nVersion: 2\n" + installed +
             "\nPackage: d\nVersion: 1\n" + installed));
  EXPECT_THAT(Diff(DiffPackages), ElementsAre("package b: version: 1 | 2", "package c: version: 1 | absent",
                                              "package d: version: absent | 1"));
}

}  // namespace
}  // namespace hallmark
