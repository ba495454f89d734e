// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(InspectTest, Help) { ExpectHelp({"inspect"}, "IMAGE|BUNDLE [OPTION...]"); }

TEST(InspectTest, UsageErrors) {
  ExpectUsageError({"inspect"}, "IMAGE|BUNDLE is required", "'hallmark inspect --help' lists the options");
}

TEST(InspectTest, OneFilesystem) {
  const TempDir dir;
  WriteFile(dir / "tree/etc/hello", "hello\n");
  WriteFile(dir / "tree/boot/vmlinuz-1", "not a kernel");
  WriteFile(dir / "tree/var/lib/dpkg/status",
            "Package: abc\nStatus: install ok installed\nVersion: 1.0\nArchitecture: arm64\nInstalled-Size: 12\n");
  const std::string image = (dir / "image").string();
  RunWell({"mkfs", "ext4", "--from", (dir / "tree").string(), "-o", image, "--label", "sample", "--size", "16M"});
  const std::string text = RunWell({"inspect", image});
  EXPECT_THAT(text, StartsWith(image + ": 16 MiB\nroot filesystem: ext4, label sample, UUID "));
  EXPECT_THAT(text, HasSubstr("\n  space by directory:\n"));
  EXPECT_THAT(text, HasSubstr("\nkernel: version unknown, /boot/vmlinuz-1\n"));
  EXPECT_THAT(text, HasSubstr("\npackages: 1 installed, the largest (--packages lists all):\n"));
  EXPECT_THAT(RunWell({"inspect", "--packages", image}), HasSubstr("\npackages: 1 installed\n"));
  const std::string json = RunWell({"inspect", "--json", image});
  EXPECT_EQ(Member(json, "/size"), "16777216");
  EXPECT_EQ(Member(json, "/filesystem/label"), "sample");
  EXPECT_EQ(Member(json, "/kernels"), R"([{"in":"root","path":"/boot/vmlinuz-1","version":null}])");
  EXPECT_EQ(Member(json, "/packages/0/name"), "abc");
}

TEST(InspectTest, NoImage) {
  const TempDir dir;
  WriteFile(dir / "text", "a text");
  const VerbRun run = RunHallmark({"inspect", (dir / "text").string()});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.error, HasSubstr((dir / "text").string()));
}

}  // namespace
}  // namespace hallmark::testing
