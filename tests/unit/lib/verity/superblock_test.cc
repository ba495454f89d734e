// SPDX-License-Identifier: Apache-2.0
#include "lib/verity/superblock.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_verity.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleVeritySuperblock;

TEST(VeritySuperblockTest, DecodesItsBytes) {
  ASSERT_OK_AND_ASSIGN(const VeritySuperblock superblock, DecodeVeritySuperblock(SampleVeritySuperblock()));
  EXPECT_EQ(ToHex(superblock.uuid), "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(superblock.data_block_size, 4096U);
  EXPECT_EQ(superblock.hash_block_size, 4096U);
  EXPECT_EQ(superblock.data_blocks, 1000U);
  EXPECT_EQ(superblock.salt, (ByteVector{0xab, 0xcd}));
}

TEST(VeritySuperblockTest, RefusesWhatItDoesNotKnow) {
  struct Case {
    size_t offset;
    uint8_t value;
    ErrorKind kind;
    const char* text;
  };
  for (const Case& c : {Case{0, 'w', ErrorKind::kCorrupt, "no signature"},
                        Case{8, 2, ErrorKind::kUnsupported, "the version or the type is not 1"},
                        Case{12, 0, ErrorKind::kUnsupported, "the version or the type is not 1"},
                        Case{35, '5', ErrorKind::kUnsupported, "not sha256"},
                        Case{65, 0x11, ErrorKind::kCorrupt, "a block size is not a power of two"},
                        Case{69, 0, ErrorKind::kCorrupt, "a block size is not a power of two"},
                        Case{81, 2, ErrorKind::kCorrupt, "the salt is longer than 256 bytes"}}) {
    ByteVector bytes = SampleVeritySuperblock();
    bytes[c.offset] = c.value;
    EXPECT_THAT(DecodeVeritySuperblock(bytes), HasError(c.kind, c.text)) << c.offset;
  }
  ByteVector bytes = SampleVeritySuperblock();
  bytes[72] = bytes[73] = 0;
  EXPECT_THAT(DecodeVeritySuperblock(bytes), HasError(ErrorKind::kCorrupt, "no data blocks"));
  bytes = SampleVeritySuperblock();
  bytes.resize(511);
  EXPECT_THAT(DecodeVeritySuperblock(bytes), HasError(ErrorKind::kCorrupt, "truncated"));
}

TEST(VeritySuperblockTest, TakesBlocksOf512To65536Bytes) {
  for (const auto& [low, high, good] : std::vector<std::tuple<uint8_t, uint8_t, bool>>{
           {0, 1, false}, {0, 2, true}, {0, 0x80, true}, {1, 2, false}, {0, 3, false}}) {
    ByteVector bytes = SampleVeritySuperblock();
    bytes[64] = low;
    bytes[65] = high;
    EXPECT_EQ(DecodeVeritySuperblock(bytes).ok(), good) << int{low} << " " << int{high};
  }
  ByteVector bytes = SampleVeritySuperblock();
  bytes[65] = 0;
  bytes[66] = 1;  // 65536
  EXPECT_OK(DecodeVeritySuperblock(bytes));
  bytes[66] = 2;
  EXPECT_THAT(DecodeVeritySuperblock(bytes), HasError(ErrorKind::kCorrupt, "a block size is not a power of two"));
}

TEST(VeritySuperblockTest, Probe) {
  const ByteVector bytes = SampleVeritySuperblock();
  EXPECT_EQ(ProbeVerity(bytes), (ProbedVolume{"DM_verity_hash", "", "00010203-0405-0607-0809-0a0b0c0d0e0f"}));
  EXPECT_FALSE(ProbeVerity(ByteSpan(bytes).first(511)).has_value());
  EXPECT_FALSE(ProbeVerity(ByteVector(4096)).has_value());
}

}  // namespace
}  // namespace hallmark
