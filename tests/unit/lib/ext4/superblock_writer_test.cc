// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/superblock_writer.h"

#include "lib/base/crc32c.h"
#include "tests/support/matchers.h"

namespace hallmark::ext4 {
namespace {

/// 16 MiB in one group of 1024 inodes, 12 of them in use.
Ext4Plan::State SampleState() {
  Ext4Plan::State state;
  state.geometry = Geometry::Make(4096, 16).value();
  state.options = {.label = "sixteen letters!", .time = 0x123456789};
  for (uint8_t i = 0; i < 16; ++i) {
    state.options.uuid[i] = i;
    state.options.hash_seed[i] = static_cast<uint8_t>(0xf0 + i);
  }
  state.checksum_seed = 0x12345678;
  state.usage = {.blocks = 4096, .used_blocks = 100, .inodes = 1024, .used_inodes = 12};
  state.groups = {{.free_blocks = 0x10f9c, .used_inodes = 12, .directories = 2}};
  state.block_bitmap.assign(4096, 0x5a);
  return state;
}

TEST(Ext4SuperblockWriterTest, SuperblockToTheByte) {
  const ByteVector block = MakeSuperblock(SampleState(), 0);
  ASSERT_EQ(block.size(), 4096U);
  EXPECT_TRUE(IsZero(ByteSpan(block).first(1024)));
  EXPECT_TRUE(IsZero(ByteSpan(block).subspan(2048)));
  const ByteSpan super = ByteSpan(block).subspan(1024, 1024);
  const auto hex = [&](size_t offset, size_t size) { return ToHex(super.subspan(offset, size)); };
  EXPECT_EQ(hex(0x00, 16), "0004000000100000000000009c0f0000");  // inodes, blocks, reserved, free blocks
  EXPECT_EQ(hex(0x10, 12), "f40300000000000002000000");          // free inodes, first block, 1 KiB << 2
  EXPECT_EQ(hex(0x20, 12), "008000000080000000040000");          // of each group
  EXPECT_EQ(hex(0x2c, 16), "00000000896745230000ffff53ef0100");  // times, mounts, magic, clean
  EXPECT_EQ(hex(0x3c, 12), "010000008967452300000000");          // errors, checked
  EXPECT_EQ(hex(0x4c, 16), "01000000000000000b00000000010000");  // revision, first inode, size of inodes, group
  EXPECT_EQ(hex(0x5c, 12), "28000000c20200006b040000");          // features
  EXPECT_EQ(hex(0x68, 16), "000102030405060708090a0b0c0d0e0f");  // UUID
  EXPECT_EQ(AsText(super.subspan(0x78, 16)), "sixteen letters!");
  EXPECT_EQ(hex(0xec, 20), "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff01004000");  // hash seed, half MD4, descriptors of 64 bytes
  EXPECT_EQ(hex(0x100, 12), "0c0000000000000089674523");
  EXPECT_EQ(hex(0x15c, 8), "2000200002000000");
  EXPECT_EQ(hex(0x174, 2), "0401");
  EXPECT_EQ(hex(0x274, 4), "01000101");
  EXPECT_EQ(hex(0x3fc, 4), ToHex(StructBytes(Le32(Crc32c(~0U, super.first(0x3fc))))));
}

TEST(Ext4SuperblockWriterTest, ACopySaysWhichGroupHoldsIt) {
  const ByteVector block = MakeSuperblock(SampleState(), 0x103);
  EXPECT_EQ(ToHex(ByteSpan(block).subspan(0x38, 2)), "53ef");
  EXPECT_EQ(ToHex(ByteSpan(block).subspan(0x5a, 2)), "0301");
  EXPECT_TRUE(IsZero(ByteSpan(block).subspan(1024)));
}

TEST(Ext4SuperblockWriterTest, DescriptorToTheByte) {
  const Ext4Plan::State state = SampleState();
  const ByteVector blocks = MakeDescriptors(state);
  ASSERT_EQ(blocks.size(), 4096U);
  const auto hex = [&](size_t offset, size_t size) { return ToHex(ByteSpan(blocks).subspan(offset, size)); };
  EXPECT_EQ(hex(0, 12), "020000000300000004000000");   // the bitmaps in blocks 2 and 3, the table from block 4 on
  EXPECT_EQ(hex(12, 12), "9c0ff4030200040000000000");  // free blocks and inodes, directories, table is zeroed
  EXPECT_EQ(hex(28, 2), "f403");                       // inodes never used
  EXPECT_EQ(hex(32, 20), "000000000000000000000000" + std::string("0100000000000000"));  // upper halves
  const uint32_t block_bitmap = Crc32c(state.checksum_seed, state.block_bitmap);
  EXPECT_EQ(hex(24, 2) + hex(56, 2), ToHex(StructBytes(Le32(block_bitmap))));
  ByteVector inode_bitmap(128);
  inode_bitmap[0] = 0xff;
  inode_bitmap[1] = 0x0f;
  EXPECT_EQ(hex(26, 2) + hex(58, 2), ToHex(StructBytes(Le32(Crc32c(state.checksum_seed, inode_bitmap)))));
  ByteVector sealed(blocks.begin(), blocks.begin() + 64);
  sealed[30] = sealed[31] = 0;
  const uint32_t checksum = Crc32c(Crc32c(state.checksum_seed, StructBytes(Le32(0))), sealed);
  EXPECT_EQ(hex(30, 2), ToHex(StructBytes(Le16(static_cast<uint16_t>(checksum)))));
  EXPECT_TRUE(IsZero(ByteSpan(blocks).subspan(64)));
}

TEST(Ext4SuperblockWriterTest, AGroupWithoutInodesSaysSo) {
  Ext4Plan::State state = SampleState();
  state.groups[0].used_inodes = 0;
  EXPECT_EQ(ToHex(ByteSpan(MakeDescriptors(state)).subspan(18, 2)), "0500");
}

TEST(Ext4SuperblockWriterTest, BitsOfInodesThatDoNotExistAreSet) {
  const ByteVector bitmap = MakeInodeBitmap(SampleState(), 0);
  ASSERT_EQ(bitmap.size(), 4096U);
  EXPECT_EQ(ToHex(ByteSpan(bitmap).first(3)), "ff0f00");
  EXPECT_TRUE(IsZero(ByteSpan(bitmap).subspan(2, 126)));
  EXPECT_EQ(ByteVector(bitmap.begin() + 128, bitmap.end()), ByteVector(4096 - 128, 0xff));
}

}  // namespace
}  // namespace hallmark::ext4
