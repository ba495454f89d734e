// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/inode.h"

#include "tests/support/matchers.h"

namespace hallmark::ext4 {
namespace {

/// A plan, made by hand, for the root directory and one file in it, which has the inode number 12.
class InodeTest : public ::testing::Test {
 protected:
  InodeTest() {
    Replace(FileTree::RegularFile(std::string(9000, 'f'), 04755, {5'000'000'000, 123'456'789}));
    state.tree = &tree;
    state.checksum_seed = 0x12345678;
    state.inodes = {{.number = 2, .parent = 2}, {.number = 12}};
  }
  void Replace(FileTree::Inode file) {
    index = tree.Put("/file", std::move(file)).value();
    tree.Compact();
    index = tree.Find("/file").value();
  }
  [[nodiscard]] std::string Hex(size_t offset, size_t size) const {
    const Result<Inode> inode = MakeInode(state, index);
    EXPECT_OK(inode);
    return ToHex(StructBytes(*inode).subspan(offset, size));
  }
  FileTree tree;
  FileTree::Index index = 0;
  Ext4Plan::State state;
};

TEST_F(InodeTest, AFileToTheByte) {
  tree.inode(index).uid = 70'000;
  tree.inode(index).gid = 4'000'000'000;
  state.extents = {{.start = 0x100000005, .logical = 0, .length = 3}};
  state.inodes[index].extent_count = 1;
  EXPECT_EQ(Hex(0, 8), "ed89701128230000");                                      // mode, owner, size
  EXPECT_EQ(Hex(8, 16), "00f2052a00f2052a00f2052a00000000");                     // three times, and none of deletion
  EXPECT_EQ(Hex(24, 16), "0028010018000000" + std::string("0000080000000000"));  // group, links, 24 sectors, flags
  EXPECT_EQ(Hex(40, 24), "0af301000400000000000000" + std::string("000000000300010005000000"));
  EXPECT_EQ(Hex(0x78, 8), "01006bee47210000");  // upper halves of owner and group, checksum
  EXPECT_EQ(Hex(0x80, 4), "200041e7");          // bytes in use, and the checksum's upper half
  EXPECT_EQ(Hex(0x84, 20), "55346f1d55346f1d55346f1d00f2052a55346f1d");
  EXPECT_EQ(Hex(0x98, 8), std::string(16, '0'));
}

TEST_F(InodeTest, TimesReachTo2446) {
  const auto time = [&](int64_t seconds) {
    tree.inode(index).mtime = {seconds, 0};
    return Hex(0x10, 4) + " " + Hex(0x88, 4);
  };
  EXPECT_EQ(time(-1), "ffffffff 00000000");
  EXPECT_EQ(time(0x7fffffff), "ffffff7f 00000000");
  EXPECT_EQ(time(0x80000000), "00000080 01000000");
  EXPECT_EQ(time(0x37fffffff), "ffffff7f 03000000");
}

TEST_F(InodeTest, DevicesAndLinksLieInTheInode) {
  Replace(FileTree::Device(S_IFCHR | 0666, 255, 255, {}));
  EXPECT_EQ(Hex(40, 8), "ffff000000000000");
  Replace(FileTree::Device(S_IFBLK | 0660, 259, 300'000, {}));
  EXPECT_EQ(Hex(40, 8), "00000000e0033149");
  Replace(FileTree::SymbolicLink(std::string(59, 's'), {}));
  EXPECT_EQ(Hex(0x20, 4) + Hex(40 + 58, 2), "000000007300");
  Replace(FileTree::SymbolicLink(std::string(60, 's'), {}));
  EXPECT_EQ(Hex(0x20, 4) + Hex(40, 2), "000008000af3");
}

TEST_F(InodeTest, ADirectoryWithTooManyLinksHasOne) {
  index = FileTree::kRoot;
  state.inodes[index].indexed = true;
  tree.inode(index).link_count = 65'000;
  EXPECT_EQ(Hex(0x1A, 2) + Hex(0x20, 4), "e8fd00100800");
  state.lost_found.number = 11;
  EXPECT_EQ(Hex(0x1A, 2), "0100");
}

TEST_F(InodeTest, ExtentTrees) {
  EXPECT_EQ(ExtentTreeBlocks(4), 0U);
  EXPECT_EQ(ExtentTreeBlocks(5), 1U);
  EXPECT_EQ(ExtentTreeBlocks(340), 1U);
  EXPECT_EQ(ExtentTreeBlocks(4 * 340), 4U);
  EXPECT_EQ(ExtentTreeBlocks(4 * 340 + 1), 6U);  // five leaves, and a level above them
  for (uint32_t i = 0; i < 341; ++i) state.extents.push_back({.start = 1000 + 2 * i, .logical = 2 * i, .length = 1});
  state.tree_blocks = {0x200000007, 8};
  state.inodes[index].extent_count = 341;
  state.inodes[index].tree_block_count = 2;
  EXPECT_EQ(Hex(40, 12), "0af302000400010000000000");  // two indexes of depth 1
  EXPECT_EQ(Hex(52, 24), "000000000700000002000000" + std::string("a80200000800000000000000"));
  const ByteVector leaf = MakeExtentTreeBlock(state, state.inodes[index], 1);
  ASSERT_EQ(leaf.size(), 4096U);
  EXPECT_EQ(ToHex(ByteSpan(leaf).first(24)), "0af301005401000000000000" + std::string("a80200000100000090060000"));
  EXPECT_EQ(ToHex(ByteSpan(leaf).last(4)), "86bc6515");
}

}  // namespace
}  // namespace hallmark::ext4
