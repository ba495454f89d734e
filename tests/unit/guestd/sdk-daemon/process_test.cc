// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/process.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::ReadFile;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

std::pair<UniqueFd, UniqueFd> Pipe() {
  std::array<int, 2> fds{};
  EXPECT_EQ(pipe2(fds.data(), O_CLOEXEC), 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// A shell as Spawn() would start it, but for the session. `error_number`: of a program that can't be run.
Spawned StartShell(const std::string& script, int error_number = 0) {
  auto [input_read, input_write] = Pipe();
  auto [output_read, output_write] = Pipe();
  auto [error_read, error_write] = Pipe();
  auto [failure_read, failure_write] = Pipe();
  const pid_t pid = fork();
  if (pid == 0) {
    setsid();
    dup2(input_read.get(), STDIN_FILENO);
    dup2(output_write.get(), STDOUT_FILENO);
    dup2(error_write.get(), STDERR_FILENO);
    if (error_number == 0) execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    SpawnFailure report{.error_number = error_number, .step = {"a step"}};
    [[maybe_unused]] const ssize_t ignored = write(failure_write.get(), &report, sizeof report);
    _exit(127);
  }
  Spawned spawned;
  spawned.pid = pid;
  spawned.pidfd = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  spawned.input = std::move(input_write);
  spawned.output = std::move(output_read);
  spawned.error = std::move(error_read);
  spawned.failure = std::move(failure_read);
  return spawned;
}

class ProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const UniqueFd own(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
    if (!own.valid()) GTEST_SKIP() << "needs pidfd_open(2), which this emulator lacks";
    WriteFile(cgroup_ / "cgroup.kill", "");
    signal(SIGPIPE, SIG_IGN);
  }

  std::shared_ptr<Process> Start(Spawned spawned, Process::Window window = {}) {
    Process::Callbacks callbacks;
    callbacks.on_started = [this](Result<void> started) { started_ = std::move(started); };
    callbacks.may_send = [this] { return may_send_; };
    callbacks.on_output = [this](Process::Stream stream, uint64_t offset, ByteSpan bytes) {
      std::string& text = stream == Process::kOutput ? output_ : error_;
      EXPECT_EQ(offset, text.size());
      text += AsText(bytes);
    };
    callbacks.on_end = [this](const ProcessEnd& end) { end_ = end; };
    return Process::Start(loop_, std::move(spawned), Cgroup(cgroup_.path()), window, std::move(callbacks));
  }

  TempDir cgroup_;
  EventLoop loop_;
  bool may_send_ = true;
  std::optional<Result<void>> started_;
  std::string output_;
  std::string error_;
  std::optional<ProcessEnd> end_;
};

TEST_F(ProcessTest, GivesOutputAndEnd) {
  Start(StartShell("echo out; echo err >&2; exit 3"));
  loop_.Run();
  ASSERT_TRUE(started_);
  EXPECT_OK(*started_);
  EXPECT_EQ(output_, "out\n");
  EXPECT_EQ(error_, "err\n");
  ASSERT_TRUE(end_);
  EXPECT_EQ(end_->exit_code, 3);
  EXPECT_FALSE(end_->out_of_memory);
  EXPECT_EQ(ReadFile(cgroup_ / "cgroup.kill"), "1");  // what it left behind
}

TEST_F(ProcessTest, TellsWhatTheKernelKilledForMemory) {
  WriteFile(cgroup_ / "memory.events", "oom_kill 1\n");
  Start(StartShell("kill -KILL $$"));
  loop_.Run();
  ASSERT_TRUE(end_);
  EXPECT_EQ(end_->exit_code, std::nullopt);
  EXPECT_EQ(end_->signal, SIGKILL);
  EXPECT_TRUE(end_->out_of_memory);
}

TEST_F(ProcessTest, TellsThatItsProgramDoesNotRun) {
  Start(StartShell("", ENOEXEC));
  loop_.Run();
  ASSERT_TRUE(started_);
  EXPECT_THAT(*started_, HasError(ErrorKind::kIo, "a step: Exec format error"));
  EXPECT_TRUE(end_);
}

TEST_F(ProcessTest, WritesItsInputAndClosesIt) {
  const auto process = Start(StartShell("cat"));
  const std::string large(1 << 20, 'x');  // more than a pipe holds
  std::vector<bool> written;
  process->Write(large, false, [&](const Result<void>& result) { written.push_back(result.ok()); });
  process->Write("end", true, [&](const Result<void>& result) { written.push_back(result.ok()); });
  loop_.Run();
  EXPECT_EQ(output_, large + "end");
  EXPECT_EQ(written, (std::vector<bool>{true, true}));
  process->Write("more", false,
                 [](const Result<void>& result) { EXPECT_THAT(result, HasError(ErrorKind::kIo, "input is closed")); });
}

TEST_F(ProcessTest, RefusesMoreInputThanMayWait) {
  const auto process = Start(StartShell("exec sleep 1000"));
  process->Write(std::string((10 << 20) + 1, 'x'), false, [](const Result<void>& result) {
    EXPECT_THAT(result, HasError(ErrorKind::kUsage, "bytes of input wait already"));
  });
  while (!started_) loop_.Poll();
  EXPECT_OK(process->Signal(SIGKILL));
  loop_.Run();
  EXPECT_THAT(process->Signal(SIGTERM), HasError(ErrorKind::kNotFound, "has ended"));
}

TEST_F(ProcessTest, ReadsNoMoreThanItsWindow) {
  const auto process = Start(StartShell("printf 0123456789"), 4);
  for (int i = 0; i < 100 && !started_; ++i) usleep(1000), loop_.Poll();
  for (int i = 0; i < 20; ++i) usleep(1000), loop_.Poll();
  EXPECT_EQ(output_, "0123");
  process->Widen(Process::kOutput, 3);
  for (int i = 0; i < 20; ++i) usleep(1000), loop_.Poll();
  EXPECT_EQ(output_, "0123456");
  EXPECT_FALSE(end_);
  process->Widen(Process::kOutput, UINT64_MAX);
  process->Widen(Process::kError, 1);
  loop_.Run();
  EXPECT_EQ(output_, "0123456789");
  EXPECT_TRUE(end_);
}

TEST_F(ProcessTest, WaitsWhileTheHostTakesNothing) {
  may_send_ = false;
  const auto process = Start(StartShell("echo out"));
  for (int i = 0; i < 50; ++i) usleep(1000), loop_.Poll();
  EXPECT_EQ(output_, "");
  EXPECT_FALSE(end_);
  may_send_ = true;
  process->Resume();
  loop_.Run();
  EXPECT_EQ(output_, "out\n");
  EXPECT_TRUE(end_);
}

TEST_F(ProcessTest, HasATerminalOnlyWhereItWasGivenOne) {
  const auto process = Start(StartShell("true"));
  EXPECT_THAT(process->Resize({}), HasError(ErrorKind::kUsage, "no terminal"));
  loop_.Run();
}

}  // namespace
}  // namespace hallmark::guest
