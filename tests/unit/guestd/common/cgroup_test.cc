// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/cgroup.h"

#include <fcntl.h>

#include <filesystem>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::ReadFile;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

/// A directory that looks like a group: files take what is written to them, over what they hold.
class CgroupTest : public ::testing::Test {
 protected:
  void Make(std::initializer_list<const char*> files) {
    for (const char* file : files) WriteFile(directory_ / file, "");
  }
  std::string Read(const char* file) { return ReadFile(directory_ / file); }

  TempDir directory_;
  Cgroup cgroup_{directory_.path()};
};

TEST_F(CgroupTest, SetsEveryLimit) {
  Make({"memory.max", "memory.swap.max", "cpu.max", "pids.max"});
  ASSERT_OK(cgroup_.Limit({.memory = 4096, .cpu = 150, .processes = 7}));
  EXPECT_EQ(Read("memory.max"), "4096");
  EXPECT_EQ(Read("memory.swap.max"), "0");
  EXPECT_EQ(Read("cpu.max"), "150000 100000");
  EXPECT_EQ(Read("pids.max"), "7");
}

TEST_F(CgroupTest, LiftsLimitsThatAreNotGiven) {
  Make({"memory.max", "memory.swap.max", "cpu.max", "pids.max"});
  ASSERT_OK(cgroup_.Limit({}));
  for (const char* file : {"memory.max", "memory.swap.max", "cpu.max", "pids.max"}) EXPECT_EQ(Read(file), "max");
}

TEST_F(CgroupTest, NamesTheControllerThatIsMissing) {
  EXPECT_OK(cgroup_.Limit({}));
  EXPECT_THAT(cgroup_.Limit({.processes = 7}), HasError(ErrorKind::kUnsupported, "can't limit pids"));
  Make({"memory.max"});  // and no swap
  EXPECT_OK(cgroup_.Limit({.memory = 4096}));
}

TEST_F(CgroupTest, DelegatesTheControllersOfLimits) {
  EXPECT_THAT(cgroup_.Delegate(), HasError(ErrorKind::kNotFound, "cgroup.controllers"));
  WriteFile(directory_ / "cgroup.controllers", "cpuset io pids rdma\n");
  Make({"cgroup.subtree_control"});
  ASSERT_OK(cgroup_.Delegate());
  EXPECT_EQ(Read("cgroup.subtree_control"), "+pids");
}

TEST_F(CgroupTest, WritesWhatTheKernelReads) {
  Make({"cgroup.kill", "cgroup.freeze", "cgroup.procs"});
  ASSERT_OK(cgroup_.Kill());
  EXPECT_EQ(Read("cgroup.kill"), "1");
  ASSERT_OK(cgroup_.Freeze(true));
  EXPECT_EQ(Read("cgroup.freeze"), "1");
  ASSERT_OK(cgroup_.Freeze(false));
  EXPECT_EQ(Read("cgroup.freeze"), "0");
  ASSERT_OK(cgroup_.Enter());
  EXPECT_EQ(Read("cgroup.procs"), "0");
  EXPECT_THAT(cgroup_.Child("none").Kill(), HasError(ErrorKind::kNotFound, "none/cgroup.kill"));
}

TEST_F(CgroupTest, DoesWithoutWhatTheKernelLacks) {
  EXPECT_OK(cgroup_.Prefer());
  EXPECT_OK(cgroup_.DieTogether());
  Make({"cpu.weight", "memory.oom.group"});
  EXPECT_OK(cgroup_.Prefer());
  EXPECT_OK(cgroup_.DieTogether());
  EXPECT_EQ(Read("cpu.weight"), "1000");
  EXPECT_EQ(Read("memory.oom.group"), "1");
}

TEST_F(CgroupTest, CountsWhatTheKernelKilledForMemory) {
  EXPECT_EQ(cgroup_.OutOfMemoryKills(), 0U);
  WriteFile(directory_ / "memory.events", "low 1\noom 5\noom_kill 3\noom_group_kill 2\n");
  EXPECT_EQ(cgroup_.OutOfMemoryKills(), 3U);
}

TEST_F(CgroupTest, IsMadeAndRemovedWithAllBelow) {
  const Cgroup child = cgroup_.Child("a");
  ASSERT_OK(child.Create());
  ASSERT_OK(child.Create());
  ASSERT_OK(child.Child("b").Create());
  ASSERT_EQ(cgroup_.Children().size(), 1U);
  EXPECT_EQ(cgroup_.Children()[0].directory(), directory_ / "a");
  EXPECT_OK(child.Open());
  ASSERT_OK(child.Remove());
  ASSERT_OK(child.Remove());
  EXPECT_FALSE(std::filesystem::exists(directory_ / "a"));
  EXPECT_THAT(cgroup_.Child("x").Child("y").Create(), HasError(ErrorKind::kNotFound, "making the control group"));
}

}  // namespace
}  // namespace hallmark::guest
