// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::StartsWith;

TEST(ImportTest, Help) { ExpectHelp({"import"}, "FILE -o BUNDLE --trust FILE [OPTION...]"); }

TEST(ImportTest, UsageErrors) {
  const std::string hint = "'hallmark import --help' lists the options";
  ExpectUsageError({"import"}, "FILE is required", hint);
  ExpectUsageError({"import", "a", "-o", "b"}, "--trust FILE is required", hint);
}

TEST(ImportTest, MakesTheBundleAgain) {
  const BundleFixture fixture;
  const std::string archive = fixture.Path("a.tar.gz");
  RunWell({"export", "-q", fixture.bundle(), "-o", archive});
  const std::string copy = fixture.Path("copy");
  EXPECT_EQ(RunWell({"import", archive, "-o", copy, "--trust", fixture.trust()}),
            copy + ": sample 1 arm64, sequence 3\n");
  EXPECT_TRUE(ReadFile(copy + "/rootfs.img.zst") == ReadFile(fixture.bundle() + "/rootfs.img.zst"));
}

TEST(ImportTest, RefusesAnOlderRelease) {
  const BundleFixture fixture;
  const std::string archive = fixture.Path("a.tar.gz");
  RunWell({"export", "-q", fixture.bundle(), "-o", archive});
  const VerbRun run = RunHallmark(
      {"import", "-q", archive, "-o", fixture.Path("copy"), "--trust", fixture.trust(), "--least-sequence", "4"});
  EXPECT_EQ(run.status, 3);
  EXPECT_THAT(run.error, StartsWith("importing: "));
  EXPECT_FALSE(std::filesystem::exists(fixture.Path("copy")));
}

}  // namespace
}  // namespace hallmark::testing
