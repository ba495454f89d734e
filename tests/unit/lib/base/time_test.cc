// SPDX-License-Identifier: Apache-2.0
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

}  // namespace
}  // namespace hallmark
