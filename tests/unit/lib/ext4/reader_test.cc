// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <map>

#include "lib/base/endian.h"
#include "lib/base/subprocess.h"
#include "lib/ext4/writer.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::ReadFile;
using testing::TempDir;
using testing::WriteFile;

constexpr std::string_view kUuid = "00112233-4455-6677-8899-aabbccddeeff";

Result<void> RunTool(std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  RETURN_IF_ERROR(RunCommandChecked(command));
  return {};
}

/// One line for each path: all that a tree says of it, times in whole seconds if `whole_seconds`.
std::map<std::string, std::string> Describe(const FileTree& tree, bool whole_seconds) {
  std::map<std::string, std::string> lines;
  tree.Walk([&](const std::string& path, FileTree::Index index) {
    const FileTree::Inode& inode = tree.inode(index);
    std::string line = std::to_string(inode.mode) + " " + std::to_string(inode.uid) + ":" + std::to_string(inode.gid) +
                       " " + std::to_string(inode.size) + " " + std::to_string(inode.mtime.seconds) + "." +
                       std::to_string(whole_seconds ? 0 : inode.mtime.nanoseconds) + " links " +
                       std::to_string(inode.link_count) + " device " + std::to_string(inode.device_major) + ":" +
                       std::to_string(inode.device_minor);
    if (S_ISLNK(inode.mode)) line += " -> " + inode.data;
    for (const Xattr& xattr : inode.xattrs) line += " " + xattr.name + "=" + ToHex(AsBytes(xattr.value));
    if (path != "/lost+found") lines[path] = line;
  });
  return lines;
}

std::string Content(const Ext4Reader& reader, const Ext4Tree& tree, std::string_view path) {
  const Result<FileTree::Index> index = tree.tree.Find(path);
  MemorySink sink;
  if (!index.ok() || !reader.Read(tree, *index, sink).ok()) return "(not readable)";
  return std::string(AsText(sink.bytes()));
}

/// A directory with files of every kind that a person without root can make.
void MakeDirectory(const std::filesystem::path& directory) {
  WriteFile(directory / "empty", "");
  WriteFile(directory / "sub/small", "small\n");
  WriteFile(directory / "sub/deeper/large", std::string(300'000, 'x') + "end");
  WriteFile(directory / "sparse", "begin");
  std::filesystem::resize_file(directory / "sparse", 200'000);
  for (int i = 0; i < 300; ++i) {
    WriteFile(directory / "many" / ("a file with a name of some length " + std::to_string(i)), std::to_string(i));
  }
  ASSERT_EQ(link((directory / "sub/small").c_str(), (directory / "again").c_str()), 0);
  ASSERT_EQ(symlink("sub/small", (directory / "short").c_str()), 0);
  ASSERT_EQ(symlink(std::string(200, 't').c_str(), (directory / "long").c_str()), 0);
  ASSERT_EQ(mkfifo((directory / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(chmod((directory / "sub").c_str(), 02750), 0);
}

class ReadsWhatMke2fsMade : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(ReadsWhatMke2fsMade, AsItWas) {
  const TempDir dir;
  MakeDirectory(dir / "tree");
  // Somewhere inside a larger file, as a partition is.
  constexpr uint64_t kOffset = 12'288;
  constexpr uint64_t kSize = 8 << 20;
  WriteFile(dir / "image", "");
  std::vector<std::string> argv = {"mke2fs",
                                   "-q",
                                   "-F",
                                   "-L",
                                   "a label",
                                   "-U",
                                   std::string(kUuid),
                                   "-E",
                                   "offset=12288",
                                   "-d",
                                   (dir / "tree").string()};
  argv.insert(argv.end(), GetParam().begin(), GetParam().end());
  argv.insert(argv.end(), {(dir / "image").string(), "8M"});
  std::filesystem::resize_file(dir / "image", kOffset + kSize + 4096);
  ASSERT_OK(RunTool(argv));

  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(dir / "image"));
  ASSERT_OK_AND_ASSIGN(const Ext4Reader reader, Ext4Reader::Open(file, kOffset, kSize));
  EXPECT_EQ(reader.superblock().label, "a label");
  EXPECT_EQ(FormatGuid(reader.superblock().uuid), kUuid);
  EXPECT_EQ(reader.superblock().size(), kSize);
  ASSERT_OK_AND_ASSIGN(const Ext4Tree tree, reader.ReadTree());
  ThreadPool pool(2);
  ASSERT_OK_AND_ASSIGN(const FileTree original, FileTree::Scan(dir / "tree", pool));
  std::map<std::string, std::string> expected = Describe(original, true);
  std::map<std::string, std::string> actual = Describe(tree.tree, true);
  expected.erase("/");  // which has lost+found more
  actual.erase("/");
  EXPECT_EQ(actual, expected);
  EXPECT_EQ(tree.inodes.size(), tree.tree.inodes().size());
  EXPECT_EQ(tree.inode(*tree.tree.Find("/again")).links, 2U);
  for (const char* path : {"/empty", "/sub/small", "/sub/deeper/large", "/sparse", "/again",
                           "/many/a file with a name of some length 299"}) {
    EXPECT_EQ(Content(reader, tree, path), ReadFile((dir / "tree").string() + path)) << path;
  }
  EXPECT_OK(reader.ReadSmallFile(tree, "/sub/small", 6));
  EXPECT_THAT(reader.ReadSmallFile(tree, "/sub/small", 5), HasError(ErrorKind::kCorrupt, "larger than 5 bytes"));
  EXPECT_THAT(reader.ReadSmallFile(tree, "/sub", 5), HasError(ErrorKind::kUnsupported, "not a regular file"));
  EXPECT_THAT(reader.ReadSmallFile(tree, "/none", 5), HasError(ErrorKind::kNotFound, "/none"));
}

INSTANTIATE_TEST_SUITE_P(All, ReadsWhatMke2fsMade,
                         ::testing::Values(std::vector<std::string>{"-t", "ext4", "-b", "4096"},
                                           std::vector<std::string>{"-t", "ext4", "-b", "1024"},
                                           std::vector<std::string>{"-t", "ext4", "-I", "128"},
                                           std::vector<std::string>{"-t", "ext4", "-O", "^metadata_csum,uninit_bg"},
                                           std::vector<std::string>{"-t", "ext4", "-O", "^64bit,metadata_csum_seed"},
                                           std::vector<std::string>{"-t", "ext3"},
                                           std::vector<std::string>{"-t", "ext2", "-b", "1024"}));

/// A small filesystem as `hallmark mkfs ext4` makes it.
class Ext4ReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Timestamp time{1'700'000'000, 123'456'789};
    FileTree::Inode file = FileTree::RegularFile(std::string(9000, 'f'), 04755, time);
    file.uid = 70'000;
    file.gid = 4'000'000'000;
    file.xattrs = {{"security.capability", std::string("\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)},
                   {"user.large", std::string(300, 'v')}};
    ASSERT_OK_AND_ASSIGN(const FileTree::Index placed, tree_.Put("/sub/file", file));
    ASSERT_OK(tree_.Link("/again", placed));
    FileTree::Inode directory = FileTree::Directory(01777, {-5, 7});
    // user::rwx, user:1234:rwx, group::r-x, mask::rwx, other::---, as posix_acl_xattr.h has it.
    directory.xattrs = {
        {"system.posix_acl_default", std::string("\2\0\0\0"
                                                 "\1\0\7\0\xff\xff\xff\xff\2\0\7\0\xd2\4\0\0\4\0\5\0\xff\xff\xff\xff"
                                                 "\20\0\7\0\xff\xff\xff\xff\40\0\0\0\xff\xff\xff\xff",
                                                 44)}};
    ASSERT_OK(tree_.Put("/acl", directory));
    ASSERT_OK(tree_.Put("/null", FileTree::Device(S_IFCHR | 0666, 1, 3, time)));
    ASSERT_OK(tree_.Put("/large", FileTree::Device(S_IFBLK | 0660, 259, 300'000, time)));
    ASSERT_OK(tree_.Put("/short", FileTree::SymbolicLink(std::string(59, 's'), {5'000'000'000, 1})));
    ASSERT_OK(tree_.Put("/long", FileTree::SymbolicLink(std::string(60, 'l'), time)));
    tree_.Compact();
    ASSERT_OK_AND_ASSIGN(const Ext4Plan plan, PlanExt4(tree_, {.size = kSize, .uuid = {1}, .label = "small"}));
    WriteFile(dir_ / "image", std::string(kSize, '\0'));
    ASSERT_OK_AND_ASSIGN(const File image, File::Open(dir_ / "image", O_RDWR));
    FilePart part(image);
    ThreadPool pool(1);
    ASSERT_OK(WriteExt4(plan, part, pool));
    image_ = ReadFile(dir_ / "image");
    ASSERT_EQ(image_.size(), kSize);
  }

  Result<Ext4Tree> Read(const std::string& image) {
    WriteFile(dir_ / "image", image);
    ASSIGN_OR_RETURN(const File file, File::OpenForReading(dir_ / "image"));
    ASSIGN_OR_RETURN(const Ext4Reader reader, Ext4Reader::Open(file, 0, image.size()));
    return reader.ReadTree();
  }
  [[nodiscard]] std::string Flipped(uint64_t offset) const {
    std::string image = image_;
    image[offset] ^= 1;
    return image;
  }
  [[nodiscard]] uint32_t Word(uint64_t offset) const {
    Le32 word;
    std::memcpy(&word, image_.data() + offset, sizeof word);
    return word;
  }
  /// The place of an inode, by the first group's descriptor.
  [[nodiscard]] uint64_t InodeOffset(uint32_t number) const {
    return uint64_t{Word(4096 + 8)} * 4096 + (number - 1) * uint64_t{256};
  }
  /// `image_` as a debugfs command leaves it: checksums hold.
  std::string Edited(const std::string& command) {
    WriteFile(dir_ / "edited", image_);
    EXPECT_OK(RunTool({"debugfs", "-w", "-R", command, (dir_ / "edited").string()}));
    return ReadFile(dir_ / "edited");
  }

  static constexpr uint64_t kSize = 1 << 20;
  FileTree tree_;
  std::string image_;
  TempDir dir_;
};

TEST_F(Ext4ReaderTest, ReadsBackWhatWasWritten) {
  ASSERT_OK_AND_ASSIGN(const Ext4Tree tree, Read(image_));
  std::map<std::string, std::string> expected = Describe(tree_, false);
  std::map<std::string, std::string> actual = Describe(tree.tree, false);
  expected.erase("/");
  actual.erase("/");
  EXPECT_EQ(actual, expected);
  const Ext4Inode& file = tree.inode(*tree.tree.Find("/again"));
  EXPECT_EQ(file.crtime, (Timestamp{1'700'000'000, 123'456'789}));
  EXPECT_EQ(file.allocated, 3U * 4096 + 4096);
  EXPECT_EQ(file.links, 2U);
  ASSERT_EQ(file.extents.size(), 1U);
  EXPECT_EQ(file.extents[0].blocks, 3U);
  // The order of inodes is that of the walk.
  FileTree::Index next = 0;
  tree.tree.Walk([&](const std::string& path, FileTree::Index index) {
    if (path == "/sub/file") return;  // known as /again
    EXPECT_EQ(index, next++) << path;
  });
}

TEST_F(Ext4ReaderTest, TellsTheSuperblock) {
  WriteFile(dir_ / "image", image_);
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(dir_ / "image"));
  ASSERT_OK_AND_ASSIGN(const Ext4Reader reader, Ext4Reader::Open(file, 0, kSize));
  const Ext4Superblock& super = reader.superblock();
  EXPECT_EQ(super.label, "small");
  EXPECT_EQ(super.block_size, 4096U);
  EXPECT_EQ(super.blocks, kSize / 4096);
  EXPECT_EQ(super.groups, 1U);
  EXPECT_EQ(super.features,
            (std::vector<std::string>{"ext_attr", "dir_index", "filetype", "extent", "64bit", "flex_bg", "sparse_super",
                                      "large_file", "huge_file", "dir_nlink", "extra_isize", "metadata_csum"}));
  std::map<std::string, std::string> fields;
  for (const Ext4Superblock::Field& field : super.fields) fields[field.name] = field.value;
  EXPECT_EQ(fields["s_inode_size"], "256");
  EXPECT_EQ(fields["s_volume_name"], "small");
  EXPECT_EQ(fields["s_magic"], "53ef");
  EXPECT_EQ(fields["s_uuid"], "01000000000000000000000000000000");
}

TEST_F(Ext4ReaderTest, EveryRegionIsChecked) {
  ASSERT_OK_AND_ASSIGN(const Ext4Tree tree, Read(image_));
  EXPECT_THAT(Read(Flipped(1024 + 56)), HasError(ErrorKind::kCorrupt, "no magic number"));
  EXPECT_THAT(Read(Flipped(1024 + 48)), HasError(ErrorKind::kCorrupt, "Superblock checksum does not match superblock"));
  EXPECT_THAT(Read(Flipped(4096 + 12)),
              HasError(ErrorKind::kCorrupt, "block group 0: wrong checksum of its descriptor"));
  EXPECT_THAT(Read(Flipped(InodeOffset(2) + 4)),
              HasError(ErrorKind::kCorrupt, "/: inode 2: Inode checksum does not match"));
  const uint64_t directory = tree.inode(FileTree::kRoot).extents.at(0).physical * 4096;
  EXPECT_THAT(Read(Flipped(directory + 40)),
              HasError(ErrorKind::kCorrupt, "directory with inode 2: Directory block checksum does not match"));
  const uint64_t xattrs = tree.inode(*tree.tree.Find("/again")).xattr_block * 4096;
  ASSERT_NE(xattrs, 0U);
  EXPECT_THAT(Read(Flipped(xattrs + 40)), HasError(ErrorKind::kCorrupt, "/again: inode "));
  EXPECT_THAT(Read(Flipped(xattrs + 40)), HasError(ErrorKind::kCorrupt, "Extended attribute block checksum"));
}

TEST_F(Ext4ReaderTest, RefusesWhatCantBeTrue) {
  const std::string file = std::to_string(Read(image_)->inode(*Read(image_)->tree.Find("/again")).number);
  const std::pair<std::string, std::string> edits[] = {
      {"ssv blocks_count 4096", "it says that it has 4096 blocks of 4096 bytes, and there are 1048576 bytes"},
      {"ssv inodes_count 4096", "s_inodes_count: not that of 1 groups"},
      {"ssv inodes_per_group 65536", "s_inodes_per_group: out of range"},
      {"ssv blocks_per_group 0", "s_blocks_per_group: out of range"},
      {"ssv inode_size 100", "s_inode_size: out of range"},
      {"ssv log_block_size 20", "s_log_block_size: not a size that blocks have"},
      {"ssv free_blocks_count 9999", "s_free_blocks_count: more than there are"},
      {"ssv first_ino 3", "s_first_ino: out of range"},
      {"link /sub /sub/loop", "/sub/loop: a second name of a directory"},
      {"link / /sub/loop", "/sub/loop: reserved inode 2"},
      {"sif /again size 99999999999999999", "an impossible size"},
      {"sif /again links_count 0", "not in use, and has a name"},
      {"sif /again mode 0", "an unknown type of file"},
      {"sif /again block[1] 0x60004", "extents: "},  // a depth of 6
      {"sif /again block[5] 1000000", "lies outside the filesystem"},
      {"sif /again block[5] 1", "belongs to something else already"},
      {"sif /again block[3] 0xffffffff", "blocks out of order"},
      {"sif /again file_acl 1000000", "extended attributes"},
      {"sif /long size 5000", "symbolic link: an impossible length"},
      {"sif /short size 0", "symbolic link: an impossible length"},
  };
  for (const auto& [edit, message] : edits) {
    const std::string image = Edited(edit);
    ASSERT_NE(image, image_) << edit;
    EXPECT_THAT(Read(image), HasError(ErrorKind::kCorrupt, message)) << edit;
  }
  EXPECT_THAT(Read(Edited("feature needs_recovery")), HasError(ErrorKind::kUnsupported, "was not unmounted"));
  EXPECT_THAT(Read(Edited("feature encrypt")), HasError(ErrorKind::kUnsupported, "the ext4 feature encrypt"));
  EXPECT_THAT(Read(image_.substr(0, 500'000)), HasError(ErrorKind::kCorrupt, "s_blocks_count"));
  EXPECT_THAT(Read(image_.substr(0, 2000)), HasError(ErrorKind::kCorrupt, "too small"));
}

}  // namespace
}  // namespace hallmark
