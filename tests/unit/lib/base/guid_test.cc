// SPDX-License-Identifier: Apache-2.0
#include "lib/base/guid.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr Guid kSample = {0x6f, 0xc2, 0xa1, 0xb0, 0x00, 0x01, 0x02, 0x03,
                          0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0xff};

TEST(GuidTest, TextInLowerCaseAndBack) {
  const std::string text = "6fc2a1b0-0001-0203-0405-060708090aff";
  EXPECT_EQ(FormatGuid(kSample), text);
  ASSERT_OK_AND_ASSIGN(const Guid parsed, ParseGuid(text));
  EXPECT_EQ(parsed, kSample);
  EXPECT_EQ(GuidLiteral("6fc2a1b0-0001-0203-0405-060708090aff"), kSample);
}

TEST(GuidTest, RefusesEveryOtherSpelling) {
  for (const char* text : {"", "6FC2A1B0-0001-0203-0405-060708090AFF", "6fc2a1b000010203040506070 8090aff",
                           "6fc2a1b0-0001-0203-0405-060708090af", "6fc2a1b0-0001-0203-0405-060708090aff0",
                           "{6fc2a1b0-0001-0203-0405-060708090aff}", "6fc2a1b00-001-0203-0405-060708090aff",
                           "6fc2a1b0-0001-0203-0405-060708090afg"}) {
    EXPECT_THAT(ParseGuid(text), HasError(ErrorKind::kCorrupt, "is not a GUID in lower case")) << text;
  }
}

TEST(GuidTest, GptHasTheFirstThreeFieldsLittleEndian) {
  const Guid swapped = {0xb0, 0xa1, 0xc2, 0x6f, 0x01, 0x00, 0x03, 0x02, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0xff};
  EXPECT_EQ(SwapGuid(kSample), swapped);
  EXPECT_EQ(SwapGuid(swapped), kSample);
}

}  // namespace
}  // namespace hallmark
