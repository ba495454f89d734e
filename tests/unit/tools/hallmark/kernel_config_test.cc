// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(KernelConfigTest, Help) { ExpectHelp({"kernel-config"}, "check IMAGE|CONFIG|TREE [OPTION...]"); }

TEST(KernelConfigTest, UsageErrors) {
  const std::string hint = "'hallmark kernel-config --help' lists the options";
  ExpectUsageError({"kernel-config"}, "check is required", hint);
  ExpectUsageError({"kernel-config", "check"}, "IMAGE|CONFIG|TREE is required", hint);
  ExpectUsageError({"kernel-config", "make", "x"}, "'make' is not 'check'",
                   "'hallmark kernel-config --help' shows how");
  const TempDir dir;
  ExpectUsageError({"kernel-config", "check", dir.path().string()},
                   "kernel-config: a directory and --initramfs go together", "hallmark kernel-config --help");
}

TEST(KernelConfigTest, NamesWhatIsMissing) {
  const TempDir dir;
  const std::string path = (dir / "config").string();
  WriteFile(path, "CONFIG_ARM64=y\n");
  const VerbRun text = RunHallmark({"kernel-config", "check", path});
  EXPECT_EQ(text.status, 3);
  EXPECT_THAT(text.results, HasSubstr("missing  CONFIG_DM_VERITY is not set "));
  const VerbRun json = RunHallmark({"kernel-config", "check", "--json", path});
  EXPECT_EQ(json.status, 3);
  EXPECT_EQ(Member(json.results, "/ok"), "false");
  EXPECT_EQ(Member(json.results, "/architecture"), "arm64");
  EXPECT_THAT(Member(json.results, "/problems/0/option"), StartsWith("CONFIG_"));
}

TEST(KernelConfigTest, NoConfiguration) {
  const TempDir dir;
  WriteFile(dir / "text", "a text");
  const VerbRun run = RunHallmark({"kernel-config", "check", (dir / "text").string()});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.error, StartsWith((dir / "text").string() + ": "));
}

}  // namespace
}  // namespace hallmark::testing
