// SPDX-License-Identifier: Apache-2.0
#include "lib/base/utf.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

TEST(UtfTest, ConvertsBothWays) {
  for (const auto& [utf8, utf16] :
       std::vector<std::pair<std::string, std::u16string>>{{"", u""},
                                                           {"plain", u"plain"},
                                                           {"caf\u00e9", u"caf\u00e9"},
                                                           {"\u20ac\ufffd", u"\u20ac\ufffd"},
                                                           {"\U0001F512\U0010FFFF", u"\U0001F512\U0010FFFF"},
                                                           {"\ud7ff\ue000", u"\ud7ff\ue000"}}) {
    ASSERT_OK_AND_ASSIGN(const std::u16string wide, Utf8ToUtf16(utf8));
    EXPECT_EQ(wide, utf16);
    ASSERT_OK_AND_ASSIGN(const std::string narrow, Utf16ToUtf8(utf16));
    EXPECT_EQ(narrow, utf8);
    EXPECT_EQ(Utf16ToUtf8Replacing(utf16, "?"), utf8);
  }
}

TEST(UtfTest, RefusesWhatIsNotUtf8) {
  for (const char* text : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xff"}) {
    EXPECT_THAT(Utf8ToUtf16(text), HasError(ErrorKind::kUsage, "is not UTF-8")) << text;
  }
}

TEST(UtfTest, HalfAPairIsRefusedOrReplaced) {
  const std::vector<std::pair<std::u16string, std::string>> texts = {{{u'a', 0xd800}, "a?"},
                                                                     {{0xdc00, u'a'}, "?a"},
                                                                     {{0xd800, u'a'}, "?a"},
                                                                     {{0xdc00, 0xd800}, "??"},
                                                                     {{0xd83d, 0xd83d, 0xdd12}, "?\U0001F512"}};
  for (const auto& [text, replaced] : texts) {
    EXPECT_THAT(Utf16ToUtf8(text), HasError(ErrorKind::kCorrupt, "half of a UTF-16 surrogate pair")) << replaced;
    EXPECT_EQ(Utf16ToUtf8Replacing(text, "?"), replaced);
  }
  EXPECT_EQ(Utf16ToUtf8Replacing(std::u16string{0xd800}, "\ufffd"), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace hallmark
