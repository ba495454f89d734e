// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_smol_bin.h"
#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::StartsWith;

TEST(PolicyTest, Help) {
  EXPECT_THAT(RunWell({"policy", "--help"}),
              StartsWith("hallmark policy check|explain: what a sandboxed command may reach\n"));
  ExpectHelp({"policy", "check"}, "FILE [OPTION...]");
  ExpectHelp({"policy", "explain"}, "--settings FILE HOST:PORT [OPTION...]");
}

TEST(PolicyTest, UsageErrors) {
  ExpectUsageError({"policy", "check"}, "FILE is required", "'hallmark policy check --help' lists the options");
  ExpectUsageError({"policy", "explain", "example.com:443"}, "--settings FILE is required",
                   "'hallmark policy explain --help' lists the options");
  const VerbRun run = RunHallmark({"policy", "explain", "--settings", "s", "example.com:https"});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.error, StartsWith("example.com:https: "));
  EXPECT_EQ(run.hint, "it is HOST:PORT, as in example.com:443");
}

TEST(PolicyTest, ChecksAndExplains) {
  const TempDir dir;
  const std::string path = (dir / "settings.json").string();
  WriteFile(path, kSampleSettings);
  EXPECT_EQ(RunWell({"policy", "check", path}), path + ": good, 1 allowed and 0 denied entries\n");
  EXPECT_EQ(Member(RunWell({"policy", "check", "--json", path}), "/allowedDomains"), "1");
  const std::string allowed = RunWell({"policy", "explain", "--json", "--settings", path, "example.com:443"});
  EXPECT_EQ(Member(allowed, "/allowed"), "true");
  EXPECT_EQ(Member(allowed, "/rule/entry"), "example.com");
  EXPECT_EQ(Member(allowed, "/rule/line"), "1");
  const VerbRun denied = RunHallmark({"policy", "explain", "--settings", path, "example.org:443"});
  EXPECT_EQ(denied.status, 3);
  EXPECT_THAT(denied.results, StartsWith("deny: "));
}

TEST(PolicyTest, WrongSettings) {
  const TempDir dir;
  const std::string path = (dir / "settings.json").string();
  WriteFile(path, "{\"network\": 5}");
  const VerbRun text = RunHallmark({"policy", "check", path});
  EXPECT_EQ(text.status, 2);
  EXPECT_THAT(text.error, StartsWith(path + ":1:"));
  EXPECT_EQ(text.hint, "srt-settings(5) describes the keys; with this file a guest would allow nothing");
  const VerbRun json = RunHallmark({"policy", "check", "--json", path});
  EXPECT_EQ(json.status, 2);
  EXPECT_EQ(Member(json.results, "/valid"), "false");
  EXPECT_EQ(Member(json.results, "/message"), text.error);
}

}  // namespace
}  // namespace hallmark::testing
