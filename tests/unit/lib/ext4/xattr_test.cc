// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/xattr.h"

#include "tests/support/matchers.h"

namespace hallmark::ext4 {
namespace {

using testing::HasError;

std::string Hex(ByteSpan bytes, size_t offset, size_t size) { return ToHex(bytes.subspan(offset, size)); }

TEST(Ext4XattrTest, NoneAreZeros) {
  ASSERT_OK_AND_ASSIGN(const EncodedXattrs none, EncodeXattrs({}));
  EXPECT_TRUE(IsZero(none.in_inode));
  EXPECT_TRUE(none.block.empty());
}

TEST(Ext4XattrTest, InTheInodeToTheByte) {
  ASSERT_OK_AND_ASSIGN(const EncodedXattrs one, EncodeXattrs({{"user.a", "b"}}));
  // Magic; length and prefix of the name, offset of the value behind the magic, its size, no hash; the name.
  EXPECT_EQ(Hex(one.in_inode, 0, 24), "000002ea010158000000000001000000" + std::string("00000000") + "61000000");
  EXPECT_TRUE(IsZero(ByteSpan(one.in_inode).subspan(24, 68)));
  EXPECT_EQ(Hex(one.in_inode, 92, 4), "62000000");
  EXPECT_TRUE(one.block.empty());
}

TEST(Ext4XattrTest, PrefixLengthAndNameGiveTheOrder) {
  ASSERT_OK_AND_ASSIGN(const EncodedXattrs three, EncodeXattrs({{"trusted.a", ""}, {"user.bb", ""}, {"user.c", ""}}));
  EXPECT_EQ(Hex(three.in_inode, 4, 2), "0101");
  EXPECT_EQ(Hex(three.in_inode, 20, 1), "63");
  EXPECT_EQ(Hex(three.in_inode, 24, 2), "0201");
  EXPECT_EQ(Hex(three.in_inode, 44, 4), "01040000");  // an empty value has no place
}

// As getxattr has it: user::rwx, user:1234:rwx, group::r-x, mask::rwx, other::---. On disk, only the second has an id.
TEST(Ext4XattrTest, AccessControlListsLoseIdsOfNobody) {
  const std::string acl(
      "\2\0\0\0\1\0\7\0\xff\xff\xff\xff\2\0\7\0\xd2\4\0\0\4\0\5\0\xff\xff\xff\xff"
      "\20\0\7\0\xff\xff\xff\xff\40\0\0\0\xff\xff\xff\xff",
      44);
  ASSERT_OK_AND_ASSIGN(const EncodedXattrs encoded, EncodeXattrs({{"system.posix_acl_access", acl}}));
  EXPECT_EQ(Hex(encoded.in_inode, 4, 16), "0002400000000000" + std::string("1c00000000000000"));
  EXPECT_EQ(Hex(encoded.in_inode, 68, 28), "010000000100070002000700d2040000040005001000070020000000");
  for (const size_t size : {0, 3, 11}) {
    EXPECT_THAT(EncodeXattrs({{"system.posix_acl_default", acl.substr(0, size)}}),
                HasError(ErrorKind::kUnsupported, "an access control list of an unknown form"));
  }
}

TEST(Ext4XattrTest, WhatDoesNotFitTheInodeGetsABlock) {
  ASSERT_OK_AND_ASSIGN(const EncodedXattrs fits, EncodeXattrs({{"user.a", std::string(68, 'v')}}));
  EXPECT_TRUE(fits.block.empty());
  ASSERT_OK_AND_ASSIGN(EncodedXattrs encoded, EncodeXattrs({{"user.a", std::string(69, 'v')}}));
  EXPECT_TRUE(IsZero(encoded.in_inode));
  ASSERT_EQ(encoded.block.size(), 4096U);
  EXPECT_EQ(Hex(encoded.block, 0, 20), "000002ea000000000100000061767676" + std::string("00000000"));
  EXPECT_EQ(Hex(encoded.block, 32, 20), "0101b80f0000000045000000" + std::string("61767676") + "61000000");
  EXPECT_EQ(AsText(ByteSpan(encoded.block).last(72)), std::string(69, 'v') + std::string(3, '\0'));
  SealXattrBlock(encoded.block, 0x100000002, 3, 0x12345678);
  EXPECT_EQ(Hex(encoded.block, 0, 20), "000002ea030000000100000061767676" + std::string("71724a09"));
}

TEST(Ext4XattrTest, RefusesWhatExt4CantHold) {
  EXPECT_OK(EncodeXattrs({{"user.a", std::string(4040, 'v')}}));
  EXPECT_THAT(EncodeXattrs({{"user.a", std::string(4041, 'v')}}),
              HasError(ErrorKind::kUnsupported,
                       "extended attributes of 4068 bytes: ext4 holds at most 4 KiB of them for each file"));
  EXPECT_THAT(EncodeXattrs({{"other.a", "b"}}),
              HasError(ErrorKind::kUnsupported, "the extended attribute other.a, whose prefix ext4 does not know"));
}

}  // namespace
}  // namespace hallmark::ext4
