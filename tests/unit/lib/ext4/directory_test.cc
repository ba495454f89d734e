// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/directory.h"

#include "tests/support/matchers.h"

namespace hallmark::ext4 {
namespace {

constexpr uint32_t kSeed = 0x12345678;
constexpr size_t kTail = 4096 - 12;

std::string Hex(const ByteVector& blocks, size_t offset, size_t size) {
  return ToHex(ByteSpan(blocks).subspan(offset, size));
}

/// A root directory with `count` names, all of one file with inode 12: 0000, 0001 and so on, padded to `length` bytes.
class Names {
 public:
  explicit Names(size_t count, size_t length = 4) {
    const FileTree::Index file = tree_.Put("/0000", FileTree::RegularFile("", 0644, {})).value();
    std::vector<FileTree::Entry>& entries = tree_.inode(FileTree::kRoot).entries;
    entries.clear();
    for (size_t i = 0; i < count; ++i) {
      std::string name = std::to_string(i);
      name.insert(0, name.size() < 4 ? 4 - name.size() : 0, '0');
      name.resize(length, 'n');
      entries.push_back({name, file});
    }
  }
  [[nodiscard]] DirectoryInput input() const {
    return {.tree = &tree_, .inode = 2, .parent = 2, .numbers = &numbers_, .checksum_seed = kSeed};
  }

 private:
  FileTree tree_;
  std::vector<uint32_t> numbers_ = {2, 12};
};

TEST(Ext4DirectoryTest, AListToTheByte) {
  FileTree tree;
  ASSERT_OK(tree.Put("/a", FileTree::RegularFile("", 0644, {})));
  ASSERT_OK(tree.Put("/d", FileTree::Directory(0755, {})));
  const std::vector<uint32_t> numbers = {2, 12, 13};
  const DirectoryInput input{
      .tree = &tree, .inode = 2, .parent = 2, .numbers = &numbers, .lost_found = 11, .checksum_seed = kSeed};
  ASSERT_OK_AND_ASSIGN(const Directory directory, MakeDirectory(input));
  ASSERT_EQ(directory.blocks.size(), 4096U);
  EXPECT_FALSE(directory.indexed);
  EXPECT_EQ(Hex(directory.blocks, 0, 24), "020000000c0001022e000000020000000c0002022e2e0000");  // "." and ".."
  EXPECT_EQ(Hex(directory.blocks, 24, 24), "0c0000000c000101610000000d0000000c00010264000000");
  EXPECT_EQ(Hex(directory.blocks, 48, 18), "0b000000c40f0a026c6f73742b666f756e64");  // to the tail
  EXPECT_TRUE(IsZero(ByteSpan(directory.blocks).subspan(66, kTail - 66)));
  EXPECT_EQ(Hex(directory.blocks, kTail, 12), "000000000c0000def2df5beb");
}

TEST(Ext4DirectoryTest, AnEmptyDirectoryToTheByte) {
  const ByteVector blocks = MakeEmptyDirectory(11, 2, kSeed, 2);
  ASSERT_EQ(blocks.size(), 8192U);
  EXPECT_EQ(Hex(blocks, 0, 24), "0b0000000c0001022e00000002000000e80f02022e2e0000");
  EXPECT_EQ(Hex(blocks, kTail, 12), "000000000c0000deb536eded");
  EXPECT_EQ(Hex(blocks, 4096, 8), "00000000f40f0000");  // one unused entry
  EXPECT_EQ(Hex(blocks, 4096 + kTail, 12), "000000000c0000de5b109dbf");
}

// 24 bytes for "." and "..", 12 for each name, and 4084 are there.
TEST(Ext4DirectoryTest, TheFirstNameTooManyMakesATree) {
  ASSERT_OK_AND_ASSIGN(const Directory list, MakeDirectory(Names(338).input()));
  EXPECT_FALSE(list.indexed);
  EXPECT_EQ(list.blocks.size(), 4096U);
  ASSERT_OK_AND_ASSIGN(const Directory tree, MakeDirectory(Names(339).input()));
  EXPECT_TRUE(tree.indexed);
  EXPECT_EQ(tree.blocks.size(), 2 * 4096U);
}

TEST(Ext4DirectoryTest, AHashTreeToTheByte) {
  ASSERT_OK_AND_ASSIGN(const Directory tree, MakeDirectory(Names(341).input()));
  ASSERT_EQ(tree.blocks.size(), 3 * 4096U);
  EXPECT_EQ(Hex(tree.blocks, 12, 12), "02000000f40f02022e2e0000");  // ".." hides the index
  EXPECT_EQ(Hex(tree.blocks, 24, 8), "0000000001080000");           // half MD4, no level between
  // Room for 507, 2 in use; block 1; and block 2 from the highest hash on. debugfs's dx_hash knows the names: 0042 has
  // the lowest hash, 0025 the highest, 0xffba1b96.
  EXPECT_EQ(Hex(tree.blocks, 32, 16), "fb01020001000000961bbaff02000000");
  EXPECT_EQ(Hex(tree.blocks, 4096, 12), "0c0000000c00040130303432");
  EXPECT_EQ(Hex(tree.blocks, 8192, 12), "0c000000f40f040130303235");
}

TEST(Ext4DirectoryTest, MeasuresLevelsWithoutMakingThem) {
  ASSERT_OK_AND_ASSIGN(const DirectorySize list, MeasureDirectory(Names(338).input()));
  EXPECT_EQ(list.blocks, 1U);
  EXPECT_FALSE(list.indexed);
  // 15 names of 255 bytes fit a leaf, and 507 leaves fit the root of the tree.
  ASSERT_OK_AND_ASSIGN(const DirectorySize one_level, MeasureDirectory(Names(507 * 15, 255).input()));
  EXPECT_EQ(one_level.blocks, 508U);
  ASSERT_OK_AND_ASSIGN(const DirectorySize two_levels, MeasureDirectory(Names(507 * 15 + 1, 255).input()));
  EXPECT_EQ(two_levels.blocks, 510U);
  EXPECT_TRUE(two_levels.indexed);
}

}  // namespace
}  // namespace hallmark::ext4
