// SPDX-License-Identifier: Apache-2.0
#include "lib/base/bytes.h"

#include "lib/base/endian.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

TEST(BytesTest, HexRoundTripsAndRefusesOther) {
  const ByteVector bytes = {0x00, 0xfe, 0x10};
  EXPECT_EQ(ToHex(bytes), "00fe10");
  EXPECT_EQ(*FromHex("00FE10"), bytes);
  EXPECT_THAT(FromHex("0"), HasError(ErrorKind::kCorrupt, "odd length"));
  EXPECT_THAT(FromHex("0g"), HasError(ErrorKind::kCorrupt, "not a hexadecimal digit"));
}

TEST(BytesTest, ZeroMeansEveryByte) {
  ByteVector bytes(4096);
  EXPECT_TRUE(IsZero(bytes));
  EXPECT_TRUE(IsZero({}));
  for (const size_t at : {0, 1, 4095}) {
    bytes[at] = 1;
    EXPECT_FALSE(IsZero(bytes)) << at;
    bytes[at] = 0;
  }
}

// RFC 4648, section 10.
TEST(Base64Test, MatchesPublishedVectors) {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"},
                                                                    {"\xff\xfe\xfb", "//77"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(ToBase64(AsBytes(plain)), encoded);
    ASSERT_OK_AND_ASSIGN(const ByteVector decoded, FromBase64(encoded));
    EXPECT_EQ(AsText(decoded), plain);
  }
}

TEST(Base64Test, RefusesASecondSpelling) {
  EXPECT_THAT(FromBase64("Zg"), HasError(ErrorKind::kCorrupt, "multiple of 4"));
  EXPECT_THAT(FromBase64("Zh=="), HasError(ErrorKind::kCorrupt, "padding"));
  EXPECT_THAT(FromBase64("Zm9="), HasError(ErrorKind::kCorrupt, "padding"));
  for (const char* text : {"Zg=\n", "Z===", "====", "Zm9v Zg=", "Zg==Zg==", "Zm-_"}) {
    EXPECT_THAT(FromBase64(text), HasError(ErrorKind::kCorrupt, "not a base64 digit")) << text;
  }
}

TEST(LowercaseTest, ChangesAsciiOnly) { EXPECT_EQ(Lowercase("DeBian-Z[\xC4"), "debian-z[\xC4"); }

TEST(BytesTest, ArraysOfStructuresAreTheirBytes) {
  std::array<Le16, 2> values = {0x0201, 0x0403};
  EXPECT_THAT(ArrayBytes(values), ::testing::ElementsAre(1, 2, 3, 4));
  MutableArrayBytes(values)[3] = 0xff;
  EXPECT_EQ(values[1], 0xff03U);
  ASSERT_OK_AND_ASSIGN(const Le16 second, ReadStruct<Le16>(ArrayBytes(values).subspan(2), "number"));
  EXPECT_EQ(second, 0xff03U);
  EXPECT_THAT(ReadStruct<Le16>(ByteVector(1), "number"), HasError(ErrorKind::kCorrupt, "number: truncated"));
}

}  // namespace
}  // namespace hallmark
