// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

TEST(OriginTest, Help) { ExpectHelp({"origin"}, "write|verify FILE... [OPTION...]"); }

TEST(OriginTest, UsageErrors) {
  const std::string hint = "'hallmark origin --help' lists the options";
  ExpectUsageError({"origin"}, "write|verify is required", hint);
  ExpectUsageError({"origin", "write"}, "FILE is required", hint);
  ExpectUsageError({"origin", "look", "f"}, "'look' is neither 'write' nor 'verify'",
                   "'hallmark origin --help' shows both");
}

TEST(OriginTest, WritesAndVerifies) {
  const TempDir dir;
  const std::string path = (dir / "abc").string();
  WriteFile(path, "abc");
  EXPECT_EQ(RunWell({"origin", "write", path}), "");
  EXPECT_EQ(ReadFile(dir / ".abc.origin"), "a9993e364706816aba3e25717850c26c9cd0d89d");  // FIPS 180-1, appendix A
  EXPECT_EQ(RunWell({"origin", "verify", path}), path + ": content: the origin is the file's SHA-1\n");
  WriteFile(path, "abd");
  const VerbRun run = RunHallmark({"origin", "verify", "--json", path});
  EXPECT_EQ(run.status, 3);
  EXPECT_EQ(Member(run.results, "/0/verdict"), "mismatch");
  EXPECT_EQ(Member(run.results, "/0/origin"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

}  // namespace
}  // namespace hallmark::testing
