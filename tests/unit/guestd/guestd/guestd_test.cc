// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/dial.h"
#include "guestd/guestd/restart_policy.h"
#include "guestd/guestd/smol_bin.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_exfat.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::SampleExfatVolume;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;
using std::chrono::milliseconds;
using Action = RestartPolicy::Action;

RestartPolicy::TimePoint At(int milliseconds_after) {
  return RestartPolicy::TimePoint(milliseconds(1000000 + milliseconds_after));
}

TEST(RestartPolicy, ASetOnTrialFallsBackAtItsFirstFailure) {
  RestartPolicy policy;
  policy.Begin(false);
  policy.Started(At(0));
  EXPECT_EQ(policy.Failed(At(10)), Action::kFallBack);
}

TEST(RestartPolicy, ASetThatHangsIsBackWithinTenSeconds) {
  EXPECT_LT(RestartPolicy::kHealthInterval + RestartPolicy::kHealthDeadline, milliseconds(10000));
}

TEST(RestartPolicy, ASetIsGoodOnceAfterItsTrial) {
  RestartPolicy policy;
  policy.Begin(false);
  policy.Started(At(0));
  EXPECT_FALSE(policy.Healthy(At(4999)));
  EXPECT_TRUE(policy.Healthy(At(5000)));
  EXPECT_FALSE(policy.Healthy(At(6000)));
  EXPECT_EQ(policy.Failed(At(7000)), Action::kRestart);
}

TEST(RestartPolicy, AGoodSetIsRestartedEverMoreSlowlyAndGivenUpAtLast) {
  RestartPolicy policy;
  policy.Begin(true);
  std::vector<int64_t> delays;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(policy.Failed(At(i * 1000)), Action::kRestart) << i;
    delays.push_back(policy.Delay().count());
  }
  EXPECT_EQ(delays, (std::vector<int64_t>{100, 200, 400, 800}));
  EXPECT_EQ(policy.Failed(At(5000)), Action::kFallBack);
}

TEST(RestartPolicy, FailuresThatAreLongAgoDoNotCount) {
  RestartPolicy policy;
  policy.Begin(true);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(policy.Failed(At(i * 20000)), Action::kRestart) << i;
}

TEST(HostAddress, IsOneOfFourKinds) {
  for (const auto& [text, name] : std::vector<std::pair<std::string, std::string>>{{"auto", "the host"},
                                                                                   {"vsock:2:51234", "vsock 2:51234"},
                                                                                   {"port:org.x", "port org.x"},
                                                                                   {"unix:/a b", "socket /a b"}}) {
    ASSERT_OK_AND_ASSIGN(const HostAddress address, ParseHostAddress(text));
    EXPECT_EQ(ToString(address), name);
  }
  for (const char* text :
       {"", "vsock:2", "vsock:2:", "vsock:2:x", "vsock:2:4294967296", "vsock:-1:1", "unix:", "tcp:1"}) {
    EXPECT_THAT(ParseHostAddress(text), HasError(ErrorKind::kUsage, "is no address")) << text;
  }
}

TEST(VirtioPort, IsFoundByItsName) {
  const TempDir directory;
  WriteFile(directory / "sys/class/virtio-ports/vport0p1/name", "com.other\n");
  WriteFile(directory / "sys/class/virtio-ports/vport0p2/name", "org.hallmark.sdk\n");
  ASSERT_OK_AND_ASSIGN(const std::string node, FindVirtioPort("org.hallmark.sdk", directory / "sys", "/dev"));
  EXPECT_EQ(node, "/dev/vport0p2");
  EXPECT_THAT(FindVirtioPort("org.hallmark", directory / "sys", "/dev"),
              HasError(ErrorKind::kNotFound, "no virtio-serial"));
}

TEST(ExfatDisk, IsOneWholeDiskWithTheLabel) {
  const TempDir directory;
  for (const char* name : {"sda", "sdb", "sdb1"}) {
    std::filesystem::create_directories(directory / ("sys/class/block/" + std::string(name)));
  }
  WriteFile(directory / "sys/class/block/sdb1/partition", "1\n");
  WriteFile(directory / "dev/sda", std::string(4096, 'x'));
  WriteFile(directory / "dev/sdb", SampleExfatVolume("SMOL-BIN"));
  WriteFile(directory / "dev/sdb1", SampleExfatVolume("SMOL-BIN"));
  ASSERT_OK_AND_ASSIGN(const std::string node, FindExfatDisk("SMOL-BIN", directory / "sys", directory / "dev"));
  EXPECT_EQ(node, directory / "dev/sdb");
  WriteFile(directory / "dev/sda", SampleExfatVolume("SMOL-BIN"));
  EXPECT_THAT(FindExfatDisk("SMOL-BIN", directory / "sys", directory / "dev"), HasError(ErrorKind::kCorrupt, "both"));
  EXPECT_THAT(FindExfatDisk("OTHER", directory / "sys", directory / "dev"), HasError(ErrorKind::kNotFound, "OTHER"));
}

}  // namespace
}  // namespace hallmark::guest
