// SPDX-License-Identifier: Apache-2.0
#include "lib/base/printable.h"
#include "lib/base/time.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

TEST(TimeTest, FormatsAndParsesTheSameText) {
  const std::vector<std::pair<uint64_t, std::string>> times = {{0, "1970-01-01T00:00:00Z"},
                                                               {1793534400, "2026-11-01T12:00:00Z"},
                                                               {951782400, "2000-02-29T00:00:00Z"},
                                                               {kLastUtcSecond, "9999-12-31T23:59:59Z"}};
  for (const auto& [seconds, text] : times) {
    EXPECT_EQ(FormatUtc(seconds), text);
    ASSERT_OK_AND_ASSIGN(const uint64_t parsed, ParseUtc(text));
    EXPECT_EQ(parsed, seconds);
  }
  EXPECT_EQ(FormatUtc(UINT64_MAX), "9999-12-31T23:59:59Z");
}

TEST(TimeTest, RefusesEveryOtherSpelling) {
  for (const char* text :
       {"", "2026-11-01T12:00:00", "2026-11-01 12:00:00Z", "2026-11-01t12:00:00z", "2026-02-29T00:00:00Z",
        "2026-11-01T24:00:00Z", "2026-11-01T12:60:00Z", "2026-11-01T12:00:60Z", "1969-12-31T23:59:59Z",
        "2026-11-0aT12:00:00Z", "2026-11-01T12:00:-1Z", "2026/11/01T12:00:00Z", "2026-00-01T00:00:00Z"}) {
    EXPECT_THAT(ParseUtc(text), HasError(ErrorKind::kCorrupt, "is not a time")) << text;
  }
}

TEST(PrintableTest, LeavesTextAndEscapesTheRest) {
  EXPECT_EQ(Printable("plain, caf\u00e9 \U0001F512"), "plain, caf\u00e9 \U0001F512");
  EXPECT_EQ(Printable("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
  EXPECT_EQ(Printable("back\\slash"), "back\\x5cslash");
  EXPECT_EQ(Printable("\xff\xfe\xc3"), "\\xff\\xfe\\xc3");
  EXPECT_EQ(Printable("\u0085\u009b"), "\\xc2\\x85\\xc2\\x9b");
  EXPECT_EQ(Printable("\u202e\u2066\u2028"), "\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xe2\\x80\\xa8");
  EXPECT_EQ(Printable(std::string("\0", 1)), "\\x00");
}

TEST(PrintableTest, LinesKeepWhatIsOurs) {
  EXPECT_EQ(PrintableLines("a\\x1b\tb\nc"), "a\\x1b\tb\nc");
  EXPECT_EQ(PrintableLines("\x1b[2J \xc2\x9b \xff"), "\\x1b[2J \\xc2\\x9b \\xff");
}

}  // namespace
}  // namespace hallmark
