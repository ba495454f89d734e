// SPDX-License-Identifier: Apache-2.0
#include "lib/base/text.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (const auto line = TakeLine(text)) lines.emplace_back(*line);
  return lines;
}

TEST(TextTest, TakesLines) {
  EXPECT_THAT(Lines(""), IsEmpty());
  EXPECT_THAT(Lines("\n"), ElementsAre(""));
  EXPECT_THAT(Lines("a\n\nb"), ElementsAre("a", "", "b"));
  EXPECT_THAT(Lines("a\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(Lines("a\r\n"), ElementsAre("a\r"));
}

TEST(TextTest, SplitsWords) {
  EXPECT_THAT(SplitWords(""), IsEmpty());
  EXPECT_THAT(SplitWords(" \t\r\n"), IsEmpty());
  EXPECT_THAT(SplitWords(" one\ttwo \n three"), ElementsAre("one", "two", "three"));
  EXPECT_THAT(SplitWords("a,b,,c ", ","), ElementsAre("a", "b", "c "));
  EXPECT_THAT(Words("one two"), ElementsAre("one", "two"));
}

TEST(TextTest, TrimsBothEnds) {
  EXPECT_EQ(Trimmed(" \t a b \r\n"), "a b");
  EXPECT_EQ(Trimmed("a"), "a");
  EXPECT_EQ(Trimmed(" \n"), "");
}

TEST(TextTest, EndsUrlsWithOneSlash) {
  EXPECT_EQ(WithSlash("http://a"), "http://a/");
  EXPECT_EQ(WithSlash("http://a/"), "http://a/");
}

TEST(TextTest, PercentEncodesWhatIsNotPlain) {
  EXPECT_EQ(PercentEncode("a/b+c~1:2%\xff", "/"), "a/b%2Bc%7E1%3A2%25%FF");
  EXPECT_EQ(PercentEncode("azAZ09-._~", "-._~"), "azAZ09-._~");
}

TEST(TextTest, KnowsAsciiLettersAndDigits) {
  std::string found;
  for (int c = 0; c < 256; ++c) {
    if (IsAlphanumeric(static_cast<char>(c))) found.push_back(static_cast<char>(c));
  }
  EXPECT_EQ(found, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

}  // namespace
}  // namespace hallmark
