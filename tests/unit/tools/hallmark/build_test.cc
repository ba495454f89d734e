// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data_directory.h"
#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;

TEST(BuildTest, Help) { ExpectHelp({"build"}, "RECIPE -o BUNDLE [OPTION...]"); }

TEST(BuildTest, UsageErrors) {
  const std::string hint = "'hallmark build --help' lists the options";
  ExpectUsageError({"build"}, "RECIPE is required", hint);
  ExpectUsageError({"build", "r"}, "--output BUNDLE is required", hint);
  const TempDir dir;
  const std::string bundle = dir.path().string();
  ExpectUsageError({"build", "r", "-o", bundle, "--check-against", bundle},
                   "--check-against and --output name the same bundle, which is about to be replaced", "");
}

TEST(BuildTest, NothingToCheckAgainst) {
  const TempDir dir;
  const std::string none = (dir / "none").string();
  const VerbRun run = RunHallmark({"build", "r", "-o", "b", "--check-against", none});
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.error, none + ": no such file or directory");
}

TEST(BuildTest, WithoutALock) {
  const EmptyCache cache;
  const TempDir dir;
  WriteFile(dir / "recipe.toml", ReadFile(DataDirectory("recipe") / "good/small.toml"));
  const VerbRun run = RunHallmark({"build", dir.path().string(), "-o", (dir / "bundle").string()});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.error, HasSubstr("recipe small has no lock"));
  EXPECT_THAT(run.hint, HasSubstr("hallmark lock"));
}

}  // namespace
}  // namespace hallmark::testing
