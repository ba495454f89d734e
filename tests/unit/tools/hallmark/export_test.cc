// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::StartsWith;

TEST(ExportTest, Help) { ExpectHelp({"export"}, "BUNDLE -o FILE [OPTION...]"); }

TEST(ExportTest, UsageErrors) {
  ExpectUsageError({"export"}, "BUNDLE is required", "'hallmark export --help' lists the options");
}

TEST(ExportTest, WritesAnArchive) {
  const BundleFixture fixture;
  EXPECT_EQ(RunWell({"export", "-q", fixture.bundle(), "-o", fixture.Path("a.tar.gz")}), "");
  EXPECT_THAT(ReadFile(fixture.Path("a.tar.gz")), StartsWith("\x1f\x8b"));
}

}  // namespace
}  // namespace hallmark::testing
