// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/superblock.h"

#include <cstring>

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

/// The start of a volume with what a probe reads, byte by byte.
ByteVector SampleStart() {
  ByteVector start(kExt4ProbeSize);
  start[1024 + 0x38] = 0x53;
  start[1024 + 0x39] = 0xef;
  for (uint8_t i = 0; i < 16; ++i) start[1024 + 0x68 + i] = i;
  std::memcpy(start.data() + 1024 + 0x78, "rootfs", 6);
  return start;
}

TEST(Ext4SuperblockTest, Probe) {
  ByteVector start = SampleStart();
  EXPECT_TRUE(LooksLikeExt4(start));
  EXPECT_EQ(ProbeExt4(start), (ProbedVolume{"ext4", "rootfs", "00010203-0405-0607-0809-0a0b0c0d0e0f"}));
  std::memcpy(start.data() + 1024 + 0x78, "sixteen letters!and", 16);
  EXPECT_EQ(ProbeExt4(start)->label, "sixteen letters!");
  start[1024 + 0x78] = 0;
  EXPECT_EQ(ProbeExt4(start)->label, "");
}

TEST(Ext4SuperblockTest, NoVolume) {
  EXPECT_FALSE(LooksLikeExt4({}));
  EXPECT_FALSE(LooksLikeExt4(ByteVector(4096)));
  const ByteVector start = SampleStart();
  EXPECT_FALSE(ProbeExt4(ByteSpan(start).first(kExt4ProbeSize - 1)).has_value());
  for (const size_t offset : {0x38, 0x39}) {
    for (int bit = 0; bit < 8; ++bit) {
      ByteVector changed = start;
      changed[1024 + offset] ^= static_cast<uint8_t>(1 << bit);
      EXPECT_FALSE(ProbeExt4(changed).has_value()) << offset << " " << bit;
    }
  }
}

TEST(Ext4SuperblockTest, DecodesWhereTheKernelHasIt) {
  ByteVector bytes(1024);
  bytes[0x38] = 0x53;
  bytes[0x39] = 0xef;
  bytes[0x18] = 2;
  bytes[0x150] = 3;
  bytes[0x3ff] = 0x80;
  ASSERT_OK_AND_ASSIGN(const ext4::Superblock superblock, ext4::DecodeSuperblock(bytes));
  EXPECT_EQ(superblock.log_block_size, 2U);
  EXPECT_EQ(superblock.blocks_count_hi, 3U);
  EXPECT_EQ(superblock.checksum, 0x80000000U);
  EXPECT_THAT(ext4::DecodeSuperblock(ByteSpan(bytes).first(1023)), HasError(ErrorKind::kCorrupt, "truncated"));
  bytes[0x38] = 0;
  EXPECT_THAT(ext4::DecodeSuperblock(bytes), HasError(ErrorKind::kCorrupt, "no magic number"));
}

}  // namespace
}  // namespace hallmark
