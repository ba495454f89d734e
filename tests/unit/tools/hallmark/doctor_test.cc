// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;

TEST(DoctorTest, Help) { ExpectHelp({"doctor"}, "[OPTION...]"); }

TEST(DoctorTest, UsageErrors) {
  ExpectUsageError({"doctor", "now"}, "unexpected argument 'now'", "'hallmark doctor --help' lists the options");
}

TEST(DoctorTest, TellsOfThisMachine) {
  const VerbRun json = RunHallmark({"doctor", "--json"});
  EXPECT_EQ(json.error, "");
  EXPECT_THAT(json.status, ::testing::AnyOf(0, 1));
  EXPECT_THAT(Member(json.results, "/0/state"), ::testing::AnyOf("ok", "missing", "low"));
  const VerbRun text = RunHallmark({"doctor"});
  EXPECT_EQ(text.status, json.status);
  EXPECT_THAT(text.results, HasSubstr(Member(json.results, "/0/name")));
}

}  // namespace
}  // namespace hallmark::testing
