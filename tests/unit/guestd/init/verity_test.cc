// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/verity.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_verity.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::SampleVeritySuperblock;

TEST(VerityTest, DecodesAndMakesTheTable) {
  ASSERT_OK_AND_ASSIGN(const VeritySuperblock superblock, DecodeVeritySuperblock(SampleVeritySuperblock()));
  EXPECT_EQ(ToHex(superblock.uuid), "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(*VeritySectors(superblock), 8000);
  const ByteVector hash(32, 0x11);
  const std::string table = "1 /dev/a /dev/b 4096 4096 1000 1 sha256 " + ToHex(hash) + " abcd";
  EXPECT_EQ(VerityTable(superblock, "/dev/a", "/dev/b", hash, CorruptionReaction::kIoError), table);
  EXPECT_EQ(VerityTable(superblock, "/dev/a", "/dev/b", hash, CorruptionReaction::kRestart),
            table + " 1 restart_on_corruption");
  EXPECT_EQ(VerityTable(superblock, "/dev/a", "/dev/b", hash, CorruptionReaction::kPanic),
            table + " 1 panic_on_corruption");
}

TEST(VerityTest, NoSaltIsADash) {
  ByteVector bytes = SampleVeritySuperblock();
  bytes[80] = 0;
  ASSERT_OK_AND_ASSIGN(const VeritySuperblock superblock, DecodeVeritySuperblock(bytes));
  EXPECT_TRUE(VerityTable(superblock, "a", "b", ByteVector(32), CorruptionReaction::kIoError).ends_with("0 -"));
}

TEST(VerityTest, TooManyBlocksAreRefused) {
  ByteVector bytes = SampleVeritySuperblock();
  bytes[79] = 0xff;
  ASSERT_OK_AND_ASSIGN(const VeritySuperblock superblock, DecodeVeritySuperblock(bytes));
  EXPECT_THAT(VeritySectors(superblock), HasError(ErrorKind::kCorrupt, "too large"));
}

}  // namespace
}  // namespace hallmark::guest
