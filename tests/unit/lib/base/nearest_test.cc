// SPDX-License-Identifier: Apache-2.0
#include "lib/base/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NearestTest, CountsEdits) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("package", "packages"), 1U);
  EXPECT_EQ(EditDistance("pakcage", "package"), 1U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
}

TEST(NearestTest, NamesTheNearestFirst) {
  const std::vector<std::string> names = {"snapshot", "suite", "suites", "packages"};
  EXPECT_THAT(NearestNames("siutes", names, 2), ElementsAre("suites", "suite"));
  EXPECT_THAT(NearestNames("zzzzzz", names, 2), IsEmpty());
}

TEST(NearestTest, KeepsLongNamesThatBeginAlike) {
  EXPECT_THAT(NearestNames("vim", {"vim-tiny-extra"}, 1), ElementsAre("vim-tiny-extra"));
}

}  // namespace
}  // namespace hallmark
