// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/options.h"

#include "tests/support/matchers.h"

namespace hallmark::sandbox {
namespace {

using ::testing::ElementsAre;
using testing::HasError;
using namespace std::string_literals;

const std::vector<std::string> kNeeded = {"--settings", "/s.json", "--session-home", "/sessions/me"};

std::vector<std::string> With(std::vector<std::string> more) {
  more.insert(more.begin(), kNeeded.begin(), kNeeded.end());
  return more;
}

TEST(ParseOptions, TakesTheCommandAsItIs) {
  ASSERT_OK_AND_ASSIGN(const auto options,
                       ParseOptions(With({"--read-only", "/a,b", "--read-only=/c", "--", "ls", "--help", "--", "-x"})));
  ASSERT_TRUE(options);
  EXPECT_EQ(options->settings, "/s.json");
  EXPECT_EQ(options->session_home, "/sessions/me");
  EXPECT_EQ(options->working_directory, "/sessions/me");
  EXPECT_THAT(options->read_only, ElementsAre("/a,b", "/c"));
  EXPECT_THAT(options->command, ElementsAre("ls", "--help", "--", "-x"));
}

TEST(ParseOptions, TakesAWorkingDirectory) {
  ASSERT_OK_AND_ASSIGN(const auto options, ParseOptions(With({"--workdir", "/sessions/me/w", "--", "ls"})));
  ASSERT_TRUE(options);
  EXPECT_EQ(options->working_directory, "/sessions/me/w");
}

TEST(ParseOptions, SaysWhatIsMissing) {
  EXPECT_THAT(ParseOptions({"--", "ls"}), HasError(ErrorKind::kUsage, "--settings is missing"));
  EXPECT_THAT(ParseOptions({"--settings", "/s", "--", "ls"}), HasError(ErrorKind::kUsage, "--session-home is missing"));
  EXPECT_THAT(ParseOptions(kNeeded), HasError(ErrorKind::kUsage, "no command"));
  EXPECT_THAT(ParseOptions(With({"--"})), HasError(ErrorKind::kUsage, "no command"));
  EXPECT_THAT(ParseOptions(With({"--", ""})), HasError(ErrorKind::kUsage, "no command"));
  EXPECT_THAT(ParseOptions(With({"ls"})), HasError(ErrorKind::kUsage, "unexpected argument 'ls'"));
  EXPECT_THAT(ParseOptions(With({"--nonsense", "--", "ls"})), HasError(ErrorKind::kUsage, "nonsense"));
  EXPECT_THAT(ParseOptions(With({"--workdir", "w", "--", "ls"})), HasError(ErrorKind::kUsage, "not an absolute path"));
  EXPECT_THAT(ParseOptions(With({"--read-only", "w", "--", "ls"})),
              HasError(ErrorKind::kUsage, "not an absolute path"));
}

}  // namespace
}  // namespace hallmark::sandbox
