// SPDX-License-Identifier: Apache-2.0
#include "lib/base/run_main.h"

#include <fcntl.h>
#include <stdio_ext.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <utility>

#include "lib/base/file.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using Body = std::function<Result<int>(std::vector<std::string>)>;
using Outcome = std::pair<int, std::string>;  // exit status, standard error

Outcome RunBody(const Body& body) {
  std::string name = "/usr/bin/program";
  std::string argument = "-x";
  char* argv[] = {name.data(), argument.data(), nullptr};
  ::testing::internal::CaptureStderr();
  const int status = RunMain("program", 2, argv, body);
  return {status, ::testing::internal::GetCapturedStderr()};
}

TEST(RunMainTest, GivesArgumentsAndTakesTheStatus) {
  std::vector<std::string> seen;
  EXPECT_EQ(RunBody([&](std::vector<std::string> arguments) -> Result<int> {
              seen = std::move(arguments);
              return 3;
            }),
            (Outcome{3, ""}));
  EXPECT_EQ(seen, std::vector<std::string>{"-x"});
}

TEST(RunMainTest, TurnsErrorsIntoStatuses) {
  const auto fails = [](Error error) { return RunBody([&](auto) -> Result<int> { return error; }); };
  EXPECT_EQ(fails(UsageError("no such verb").WithHint("see --help")),
            (Outcome{2, "program: no such verb\n  see --help\n"}));
  EXPECT_EQ(fails(VerificationError("bad signature")), (Outcome{3, "program: bad signature\n"}));
  EXPECT_EQ(fails(CorruptError("name '\x1b[2J'")), (Outcome{1, "program: name '\\x1b[2J'\n"}));
}

TEST(RunMainTest, CatchesExceptions) {
  EXPECT_EQ(RunBody([](auto) -> Result<int> { throw std::runtime_error("odd"); }),
            (Outcome{1, "program: unexpected: odd\n"}));
  EXPECT_EQ(RunBody([](auto) -> Result<int> { throw std::bad_alloc(); }), (Outcome{1, "program: out of memory\n"}));
}

TEST(RunMainTest, IgnoresSignalsThatEndWrites) {
  std::signal(SIGPIPE, SIG_DFL);
  const auto before = std::signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(RunBody([](auto) { return 0; }).first, 0);
  EXPECT_EQ(std::signal(SIGPIPE, SIG_IGN), SIG_IGN);
  EXPECT_EQ(std::signal(SIGXFSZ, before), SIG_IGN);
}

TEST(RunMainTest, OpensAStandardStreamThatIsClosed) {
  const UniqueFd saved(fcntl(0, F_DUPFD_CLOEXEC, 3));
  std::string name = "program";
  char* argv[] = {name.data(), nullptr};
  std::filesystem::path opened;
  close(0);
  const auto body = [&](auto) {
    opened = std::filesystem::read_symlink("/proc/self/fd/0");
    return 0;
  };
  EXPECT_EQ(RunMain("program", 1, argv, body), 0);
  EXPECT_EQ(opened, "/dev/null");
  close(0);
  if (saved.valid()) dup2(saved.get(), 0);
}

TEST(RunMainTest, FailsWhereStandardOutputIsFull) {
  std::fflush(stdout);
  const UniqueFd saved(fcntl(1, F_DUPFD_CLOEXEC, 3));
  const UniqueFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  dup2(full.get(), 1);
  const Outcome outcome = RunBody([](auto) {
    std::fputs("result", stdout);
    return 0;
  });
  __fpurge(stdout);
  std::clearerr(stdout);
  dup2(saved.get(), 1);
  EXPECT_EQ(outcome, (Outcome{1, "program: writing standard output\n"}));
}

}  // namespace
}  // namespace hallmark
