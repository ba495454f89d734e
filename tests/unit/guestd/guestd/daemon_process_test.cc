// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/daemon_process.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::ReadFile;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

class DaemonProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const UniqueFd own(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
    if (!own.valid()) GTEST_SKIP() << "needs pidfd_open(2), which this emulator lacks";
  }

  static DaemonProcess Start(const std::string& script, const std::optional<Cgroup>& cgroup = {}) {
    auto process = StartDaemon({{"/bin/sh", "-c", script}, {"SAID=hello"}}, cgroup);
    EXPECT_OK(process);
    return process.ok() ? std::move(*process) : DaemonProcess();
  }
  static std::string End(const DaemonProcess& process) {
    pollfd ended = {process.pidfd.get(), POLLIN, 0};
    EXPECT_EQ(poll(&ended, 1, 10000), 1);
    return ReapDaemon(process);
  }
};

TEST_F(DaemonProcessTest, HasItsSocketAndItsVariables) {
  const DaemonProcess process = Start("printf %s $SAID >&3");
  std::array<char, 16> buffer{};
  EXPECT_EQ(recv(process.socket.get(), buffer.data(), buffer.size(), MSG_WAITALL), 5);
  EXPECT_STREQ(buffer.data(), "hello");
  EXPECT_EQ(End(process), "ended with exit status 0");
}

TEST_F(DaemonProcessTest, TellsHowItEnded) {
  EXPECT_EQ(End(Start("exit 7")), "ended with exit status 7");
  EXPECT_EQ(End(Start("kill -TERM $$")), "was ended by signal: Terminated");
  auto missing = StartDaemon({{"/nonexistent/sdk-daemon"}, {}}, {});
  ASSERT_OK(missing);
  EXPECT_EQ(End(*missing), "ended with exit status 127");
}

TEST_F(DaemonProcessTest, EntersItsGroup) {
  const TempDir directory;
  WriteFile(directory / "cgroup.procs", "");
  EXPECT_EQ(End(Start("exit 0", Cgroup(directory.path()))), "ended with exit status 0");
  EXPECT_EQ(ReadFile(directory / "cgroup.procs"), "0");
  EXPECT_EQ(End(Start("exit 0", Cgroup(directory / "none"))), "ended with exit status 0");  // logged, no more
}

}  // namespace
}  // namespace hallmark::guest
