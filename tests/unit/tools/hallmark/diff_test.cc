// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;

/// Two filesystems that differ in one file.
TempDir Filesystems() {
  TempDir dir;
  for (const char* name : {"first", "second"}) {
    WriteFile(dir / "tree/file", name);
    RunWell({"mkfs", "ext4", "--from", (dir / "tree").string(), "-o", (dir / name).string(), "--size", "16M"});
  }
  return dir;
}

TEST(DiffTest, Help) { ExpectHelp({"diff"}, "FIRST SECOND [--json]"); }

TEST(DiffTest, UsageErrors) {
  ExpectUsageError({"diff", "a"}, "SECOND is required", "'hallmark diff --help' lists the options");
}

TEST(DiffTest, NamesWhatDiffers) {
  const TempDir dir = Filesystems();
  const std::string first = (dir / "first").string();
  EXPECT_EQ(RunWell({"diff", first, first}), "identical\n");
  EXPECT_EQ(Member(RunWell({"diff", "--json", first, first}), "/identical"), "true");
  const VerbRun text = RunHallmark({"diff", first, (dir / "second").string()});
  EXPECT_EQ(text.status, 3);
  EXPECT_THAT(text.results, HasSubstr("file /file: "));
  const VerbRun json = RunHallmark({"diff", "--json", first, (dir / "second").string()});
  EXPECT_EQ(json.status, 3);
  EXPECT_EQ(Member(json.results, "/identical"), "false");
  EXPECT_EQ(Member(json.results, "/differences/0/area"), "file");
  EXPECT_EQ(Member(json.results, "/differences/0/name"), "/file");
}

}  // namespace
}  // namespace hallmark::testing
