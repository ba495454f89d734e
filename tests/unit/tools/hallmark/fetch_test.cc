// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data_directory.h"
#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;

TEST(FetchTest, Help) { ExpectHelp({"fetch"}, "RECIPE [OPTION...]"); }

TEST(FetchTest, UsageErrors) {
  ExpectUsageError({"fetch"}, "RECIPE is required", "'hallmark fetch --help' lists the options");
}

TEST(FetchTest, WithoutALock) {
  const EmptyCache cache;
  const TempDir dir;
  WriteFile(dir / "recipe.toml", ReadFile(DataDirectory("recipe") / "good/small.toml"));
  const VerbRun run = RunHallmark({"fetch", dir.path().string()});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.error, HasSubstr("recipe small has no lock"));
  EXPECT_THAT(run.hint, HasSubstr("hallmark lock"));
}

}  // namespace
}  // namespace hallmark::testing
