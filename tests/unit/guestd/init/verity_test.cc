// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/verity.h"

#include <cstring>

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;

/// A superblock as veritysetup format writes it: 4096-byte blocks, 1000 of them, a salt of two bytes.
ByteVector MakeSuperblock() {
  ByteVector bytes(512);
  std::memcpy(bytes.data(), "verity\0\0\1\0\0\0\1\0\0\0", 16);
  for (uint8_t i = 0; i < 16; ++i) bytes[16 + i] = i;
  std::memcpy(bytes.data() + 32, "sha256", 6);
  bytes[65] = 0x10;
  bytes[69] = 0x10;
  bytes[72] = 0xe8;
  bytes[73] = 0x03;
  bytes[80] = 2;
  bytes[88] = 0xab;
  bytes[89] = 0xcd;
  return bytes;
}

TEST(VerityTest, DecodesAndMakesTheTable) {
  ASSERT_OK_AND_ASSIGN(const VeritySuperblock superblock, DecodeVeritySuperblock(MakeSuperblock()));
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
  ByteVector bytes = MakeSuperblock();
  bytes[80] = 0;
  ASSERT_OK_AND_ASSIGN(const VeritySuperblock superblock, DecodeVeritySuperblock(bytes));
  EXPECT_TRUE(VerityTable(superblock, "a", "b", ByteVector(32), CorruptionReaction::kIoError).ends_with("0 -"));
}

TEST(VerityTest, RefusesWhatItDoesNotKnow) {
  struct Case {
    size_t offset;
    uint8_t value;
    ErrorKind kind;
    const char* text;
  };
  for (const Case& c :
       {Case{0, 'w', ErrorKind::kCorrupt, "no signature"}, Case{8, 2, ErrorKind::kUnsupported, "unknown version"},
        Case{12, 0, ErrorKind::kUnsupported, "unknown version or type"},
        Case{35, '5', ErrorKind::kUnsupported, "not sha256"}, Case{65, 0x11, ErrorKind::kCorrupt, "bad block size"},
        Case{69, 0, ErrorKind::kCorrupt, "bad block size"}, Case{81, 2, ErrorKind::kCorrupt, "salt too long"}}) {
    ByteVector bytes = MakeSuperblock();
    bytes[c.offset] = c.value;
    EXPECT_THAT(DecodeVeritySuperblock(bytes), HasError(c.kind, c.text)) << c.offset;
  }
  ByteVector bytes = MakeSuperblock();
  bytes[72] = bytes[73] = 0;
  EXPECT_THAT(DecodeVeritySuperblock(bytes), HasError(ErrorKind::kCorrupt, "no data blocks"));
  bytes = MakeSuperblock();
  bytes.resize(511);
  EXPECT_THAT(DecodeVeritySuperblock(bytes), HasError(ErrorKind::kCorrupt, "truncated"));
}

TEST(VerityTest, TooManyBlocksAreRefused) {
  ByteVector bytes = MakeSuperblock();
  bytes[79] = 0xff;
  ASSERT_OK_AND_ASSIGN(const VeritySuperblock superblock, DecodeVeritySuperblock(bytes));
  EXPECT_THAT(VeritySectors(superblock), HasError(ErrorKind::kCorrupt, "too large"));
}

}  // namespace
}  // namespace hallmark::guest
