// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;

TEST(RepairTest, Help) { ExpectHelp({"repair"}, "BUNDLE --trust FILE [OPTION...]"); }

TEST(RepairTest, UsageErrors) {
  ExpectUsageError({"repair"}, "BUNDLE is required", "'hallmark repair --help' lists the options");
  ExpectUsageError({"repair", "b", "--stall", "x"}, "--stall: 'x' is not a number from 0 to 4294967295",
                   "'hallmark repair --help' lists the options");
}

TEST(RepairTest, MendsAChunk) {
  const BundleFixture fixture;
  const std::string bytes = ReadFile(fixture.bundle() + "/rootfs.img");
  fixture.Flip("rootfs.img", 300 << 10);
  const std::string json = RunWell({"repair", "--json", fixture.bundle(), "--trust", fixture.trust()});
  EXPECT_EQ(Member(json, "/chunks"), "[4]");
  EXPECT_EQ(Member(json, "/frames"), "[]");
  EXPECT_EQ(Member(json, "/resized"), "false");
  EXPECT_TRUE(ReadFile(fixture.bundle() + "/rootfs.img") == bytes);
  EXPECT_THAT(RunWell({"repair", fixture.bundle(), "--trust", fixture.trust()}), HasSubstr("nothing to repair"));
}

}  // namespace
}  // namespace hallmark::testing
