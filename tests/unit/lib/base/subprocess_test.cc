// SPDX-License-Identifier: Apache-2.0
#include "lib/base/subprocess.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using testing::HasError;

TEST(SubprocessTest, GivesStatusAndBothOutputs) {
  std::vector<std::string> lines;
  Command command{.argv = {"sh", "-c", "cat; echo err >&2; exit 7"}, .input = "one\ntwo"};
  command.on_line = [&](std::string_view line) { lines.emplace_back(line); };
  ASSERT_OK_AND_ASSIGN(const CommandOutput output, RunCommand(command));
  EXPECT_EQ(output.exit_status, 7);
  EXPECT_EQ(output.standard_output, "one\ntwo");
  EXPECT_EQ(output.standard_error, "err\n");
  EXPECT_EQ(lines.size(), 3);
}

TEST(SubprocessTest, FailureShowsWhatTheProgramSaid) {
  EXPECT_THAT(RunCommandChecked({.argv = {"sh", "-c", "echo reason >&2; exit 3"}}),
              HasError(ErrorKind::kIo, "sh failed with exit status 3:\nreason"));
}

TEST(SubprocessTest, MissingProgramIsNamed) {
  EXPECT_THAT(RunCommand({.argv = {"no-such-program"}}), HasError(ErrorKind::kNotFound, "no-such-program"));
}

TEST(SubprocessTest, LargeInputAndOutputDoNotBlock) {
  const std::string text(4 << 20, 'x');
  ASSERT_OK_AND_ASSIGN(const CommandOutput output, RunCommand({.argv = {"cat"}, .input = text}));
  EXPECT_EQ(output.standard_output, text);
}

TEST(SubprocessTest, ChildDiesWithItsParent) {
  const testing::TempDir dir;
  const std::string pid_file = dir / "pid";
  const pid_t parent = fork();
  if (parent == 0) {
    (void)RunCommand({.argv = {"sh", "-c", "echo $$ >$1.new; mv $1.new $1; exec sleep 100", "sh", pid_file}});
    _exit(0);
  }
  while (!std::filesystem::exists(pid_file)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const pid_t child = std::stoi(testing::ReadFile(pid_file));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  for (int i = 0; i < 1000 && kill(child, 0) == 0; ++i) {
    // A zombie that nobody reaps is dead all the same.
    if (testing::ReadFile("/proc/" + std::to_string(child) + "/stat").find(") Z ") != std::string::npos) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_NE(kill(child, 0), 0);
}

}  // namespace
}  // namespace hallmark
