// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::StartsWith;

TEST(RestoreTest, Help) { ExpectHelp({"restore"}, "BUNDLE --trust FILE [OPTION...]"); }

TEST(RestoreTest, UsageErrors) {
  ExpectUsageError({"restore"}, "BUNDLE is required", "'hallmark restore --help' lists the options");
  ExpectUsageError({"restore", "b", "--jobs", "1025"}, "--jobs: '1025' is not a number from 0 to 1024",
                   "'hallmark restore --help' lists the options");
}

TEST(RestoreTest, MakesTheImageOnce) {
  const BundleFixture fixture;
  const std::string image = fixture.bundle() + "/rootfs.img";
  const std::string bytes = ReadFile(image);
  std::filesystem::remove(image);
  const std::string json = RunWell({"restore", "--json", fixture.bundle(), "--trust", fixture.trust()});
  EXPECT_EQ(Member(json, "/wasThere"), "false");
  EXPECT_TRUE(ReadFile(image) == bytes);
  EXPECT_EQ(Member(RunWell({"restore", "--json", fixture.bundle(), "--trust", fixture.trust()}), "/wasThere"), "true");
  EXPECT_THAT(RunWell({"restore", fixture.bundle(), "--trust", fixture.trust()}), StartsWith("rootfs.img "));
}

}  // namespace
}  // namespace hallmark::testing
