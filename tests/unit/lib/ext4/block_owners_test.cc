// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/block_owners.h"

#include <fcntl.h>

#include <optional>

#include "tests/support/temp_dir.h"
#include "tests/unit/lib/ext4/sample_image.h"

namespace hallmark {
namespace {

constexpr uint64_t kBlock = 4096;
constexpr uint64_t kGroup = 32768 * kBlock;
constexpr uint64_t kSize = 2 * kGroup;

/// Files of each kind of owner, in a filesystem of two groups.
class Ext4BlockOwnersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FileTree::Inode file = FileTree::RegularFile(std::string(2 * kBlock, 'f'), 0644, {});
    file.xattrs = {{"user.large", std::string(300, 'v')}};
    ASSERT_OK(tree_.Put("/sub/file", file));
    // Six pieces of data: more than the inode's four extents.
    testing::WriteFile(dir_ / "sparse", "");
    ASSERT_OK_AND_ASSIGN(const File sparse, File::Open(dir_ / "sparse", O_RDWR));
    for (uint64_t i = 0; i < 6; ++i) ASSERT_OK(sparse.WriteAt(i << 20, AsBytes("data")));
    ThreadPool pool(1);
    ASSERT_OK_AND_ASSIGN(const FileTree scanned, FileTree::Scan(dir_.path(), pool));
    ASSERT_OK(tree_.Put("/sparse", scanned.inode(*scanned.Find("/sparse"))));
    tree_.Compact();
    image_ = testing::SampleImage(tree_, {.size = kSize});
    reader_.emplace(Ext4Reader::Open(image_, 0, kSize).value());
    ASSERT_OK_AND_ASSIGN(read_, reader_->ReadTree());
    owners_.emplace(*reader_, read_);
  }
  [[nodiscard]] std::string NameOfBlock(uint64_t block) const { return owners_->Name(block * kBlock); }
  [[nodiscard]] const Ext4Inode& inode(std::string_view path) const { return read_.inode(*read_.tree.Find(path)); }

  testing::TempDir dir_;
  FileTree tree_;
  File image_;
  std::optional<Ext4Reader> reader_;
  Ext4Tree read_;
  std::optional<Ext4BlockOwners> owners_;
};

TEST_F(Ext4BlockOwnersTest, NamesTheFilesystemsOwnStructures) {
  EXPECT_EQ(owners_->Name(0), "the boot block");
  EXPECT_EQ(owners_->Name(1023), "the boot block");
  EXPECT_EQ(owners_->Name(1024), "the superblock");
  EXPECT_EQ(owners_->Name(kBlock - 1), "the superblock");
  EXPECT_EQ(NameOfBlock(1), "the group descriptors");
  EXPECT_EQ(NameOfBlock(2), "the block bitmap of group 0");
  EXPECT_EQ(NameOfBlock(3), "the block bitmap of group 1");
  EXPECT_EQ(NameOfBlock(4), "the inode bitmap of group 0");
  EXPECT_EQ(NameOfBlock(5), "the inode bitmap of group 1");
  EXPECT_EQ(owners_->Name(kGroup), "the superblock's copy of group 1");
  EXPECT_EQ(owners_->Name(kGroup + kBlock), "the group descriptors (copy of group 1)");
}

TEST_F(Ext4BlockOwnersTest, NamesInodes) {
  constexpr uint64_t kTable = 6 * kBlock;
  EXPECT_EQ(owners_->Name(kTable), "inode 1, which has no name");
  EXPECT_EQ(owners_->Name(kTable + 256), "the inode of /");
  EXPECT_EQ(owners_->Name(kTable + 511), "the inode of /");
  EXPECT_EQ(owners_->Name(kTable + (inode("/sub/file").number - 1) * uint64_t{256}), "the inode of /sub/file");
  // The table of the second group goes on where that of the first ends.
  const uint64_t per_group = reader_->superblock().inodes_per_group;
  EXPECT_EQ(owners_->Name(kTable + per_group * 256), "inode " + std::to_string(per_group + 1) + ", which has no name");
}

TEST_F(Ext4BlockOwnersTest, NamesFilesAndFreeSpace) {
  const uint64_t content = inode("/sub/file").extents.at(0).physical;
  EXPECT_EQ(NameOfBlock(content), "the content of /sub/file");
  EXPECT_EQ(NameOfBlock(content + 1), "the content of /sub/file");
  EXPECT_EQ(NameOfBlock(inode("/sub/file").xattr_block), "the extended attributes of /sub/file");
  EXPECT_EQ(NameOfBlock(inode("/sub").extents.at(0).physical), "the entries of /sub");
  ASSERT_EQ(inode("/sparse").index_blocks.size(), 1U);
  EXPECT_EQ(NameOfBlock(inode("/sparse").index_blocks[0]), "the extent tree of /sparse");
  EXPECT_EQ(owners_->Name(kSize - 1), "no file: free space");
  EXPECT_EQ(owners_->Name(kGroup - 1), "no file: free space");
}

}  // namespace
}  // namespace hallmark
