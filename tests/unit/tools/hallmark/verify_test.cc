// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;

TEST(VerifyTest, Help) { ExpectHelp({"verify"}, "BUNDLE --trust FILE [OPTION...]"); }

TEST(VerifyTest, UsageErrors) {
  ExpectUsageError({"verify"}, "BUNDLE is required", "'hallmark verify --help' lists the options");
  ExpectUsageError({"verify", "b"}, "--trust FILE is required",
                   "give a trust file of your own: the one that came with the bundle proves nothing");
  ExpectUsageError({"verify", "b", "--ful"}, "unknown option '--ful'",
                   "did you mean '--full'? 'hallmark verify --help' lists the options");
  ExpectUsageError({"verify", "b", "c"}, "unexpected argument 'c'", "'hallmark verify --help' lists the options");
}

TEST(VerifyTest, NoBundle) {
  const TempDir dir;
  const std::string path = (dir / "none").string();
  const VerbRun run = RunHallmark({"verify", path, "--trust", "t"});
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.error, path + ": no such directory");
}

TEST(VerifyTest, AGoodBundle) {
  const BundleFixture fixture;
  const VerbRun run = RunHallmark({"verify", fixture.bundle(), "--trust", fixture.trust()});
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_EQ(run.results, fixture.bundle() + ": sample 1 arm64, sequence 3: good (full check)\n");
  EXPECT_EQ(RunWell({"verify", "-q", fixture.bundle(), "--trust", fixture.trust()}), "");
  const std::string json = RunWell({"verify", "--json", fixture.bundle(), "--trust", fixture.trust()});
  EXPECT_EQ(Member(json, "/verdict"), "good");
  EXPECT_EQ(Member(json, "/full"), "true");
  EXPECT_EQ(Member(json, "/sequence"), "3");
  EXPECT_EQ(Member(json, "/findings"), "[]");
}

TEST(VerifyTest, ADamagedBundle) {
  const BundleFixture fixture;
  fixture.Flip("rootfs.img", 300 << 10);
  const VerbRun text = RunHallmark({"verify", "--full", fixture.bundle(), "--trust", fixture.trust()});
  EXPECT_EQ(text.status, 3);
  EXPECT_EQ(text.results, "");
  EXPECT_THAT(text.messages, HasSubstr("hallmark: chunk: rootfs.img: "));
  EXPECT_THAT(text.messages, HasSubstr("\n  'hallmark repair " + fixture.bundle() + "' "));
  const VerbRun run = RunHallmark({"verify", "--full", "--json", fixture.bundle(), "--trust", fixture.trust()});
  EXPECT_EQ(run.status, 3);
  EXPECT_EQ(Member(run.results, "/verdict"), "chunk");
  EXPECT_EQ(Member(run.results, "/findings/0/file"), "rootfs.img");
  EXPECT_EQ(Member(run.results, "/findings/0/chunk"), "4");
}

}  // namespace
}  // namespace hallmark::testing
