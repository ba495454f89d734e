// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/modules.h"

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;

TEST(ModuleListTest, KeepsTheOrder) {
  ASSERT_OK_AND_ASSIGN(const auto modules, ParseModuleList("required /a.ko\noptional /b c.ko\n"));
  ASSERT_EQ(modules.size(), 2);
  EXPECT_TRUE(modules[0].required);
  EXPECT_EQ(modules[0].path, "/a.ko");
  EXPECT_FALSE(modules[1].required);
  EXPECT_EQ(modules[1].path, "/b c.ko");
  EXPECT_TRUE(ParseModuleList("")->empty());
}

TEST(ModuleListTest, NamesTheBadLine) {
  EXPECT_THAT(ParseModuleList("required /a.ko\nneeded /b.ko\n"), HasError(ErrorKind::kCorrupt, "line 2"));
  EXPECT_THAT(ParseModuleList("required a.ko\n"), HasError(ErrorKind::kCorrupt, "line 1"));
  EXPECT_THAT(ParseModuleList("\n"), HasError(ErrorKind::kCorrupt, "line 1"));
}

}  // namespace
}  // namespace hallmark::guest
