// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/live_policy.h"

#include <filesystem>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::sandbox {
namespace {

using ::testing::HasSubstr;

std::string Settings(const std::string& domain) {
  return R"({"network": {"allowedDomains": [")" + domain +
         R"("], "deniedDomains": []}, "filesystem": {"denyRead": [], "allowWrite": [], "denyWrite": []}})";
}

TEST(LivePolicy, FollowsItsFile) {
  testing::TempDir directory;
  const auto path = directory / "settings.json";
  ASSERT_OK_AND_ASSIGN(const Host a, ParseHost("a.example.com"));
  ASSERT_OK_AND_ASSIGN(const Host b, ParseHost("b.example.com"));
  LivePolicy policy(path);
  EXPECT_FALSE(policy.Decide(a, 443).allowed());
  EXPECT_THAT(policy.Decide(a, 443).reason, HasSubstr("can't be read"));

  testing::WriteFile(path, Settings("a.example.com"));
  EXPECT_TRUE(policy.Decide(a, 443).allowed());
  EXPECT_FALSE(policy.Decide(a, 22).allowed());
  EXPECT_FALSE(policy.Decide(b, 443).allowed());

  testing::WriteFile(path, Settings("b.example.com"));  // in place, of the same size, within a tick of the clock
  EXPECT_FALSE(policy.Decide(a, 443).allowed());
  EXPECT_TRUE(policy.Decide(b, 443).allowed());

  testing::WriteFile(path, "{");
  EXPECT_FALSE(policy.Decide(b, 443).allowed());
  EXPECT_THAT(policy.Decide(b, 443).reason, HasSubstr("can't be read"));
  testing::WriteFile(path, "");
  EXPECT_FALSE(policy.Decide(b, 443).allowed());

  testing::WriteFile(directory / "new", Settings("a.example.com"));
  std::filesystem::rename(directory / "new", path);
  EXPECT_TRUE(policy.Decide(a, 443).allowed());
  std::filesystem::remove(path);
  EXPECT_FALSE(policy.Decide(a, 443).allowed());
}

}  // namespace
}  // namespace hallmark::sandbox
