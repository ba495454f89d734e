// SPDX-License-Identifier: Apache-2.0
#include "lib/base/printable.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

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
