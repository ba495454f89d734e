// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/output.h"

#include <gtest/gtest.h>

#include "lib/json/json_value.h"
#include "tests/support/captured_output.h"

namespace hallmark::cli {
namespace {

TEST(OutputTest, ResultsAndMessagesGoTheirOwnWays) {
  hallmark::testing::CapturedOutput captured;
  Output& output = captured.output();
  output.Print("%s: %d\n", "a", 1);
  output.Warn("hallmark: %s\n", "b");
  output.Puts("100 %s");
  output.PutJson(JsonValue::Array());
  EXPECT_EQ(captured.results(), "a: 1\n100 %s\n[]\n");
  EXPECT_EQ(captured.messages(), "hallmark: b\n");
}

TEST(OutputTest, AResultMayBeLong) {
  hallmark::testing::CapturedOutput captured;
  const std::string text(100'000, 'x');
  captured.output().Print("%s", text.c_str());
  EXPECT_EQ(captured.results(), text);
}

}  // namespace
}  // namespace hallmark::cli
