// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/supervisor.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Answers health checks. Their bodies have 59 bytes as long as ids have one digit.
constexpr const char* kAnswers = R"(
  while dd bs=1 count=4 of=/dev/null 2>/dev/null <&3; do
    id=$(dd bs=1 count=59 2>/dev/null <&3 | sed 's/.*"id":\([0-9]*\).*/\1/')
    [ "$id" ] || exit 1
    printf '\000\000\000\046{"type":"response","id":%s,"result":{}}' $id >&3
  done)";
constexpr const char* kHangs = "exec sleep 1000";

/// Sets whose programs are shell scripts.
class Scripts : public ProgramSets {
 public:
  explicit Scripts(std::vector<ProgramSet> sets) : sets_(std::move(sets)) {}
  Result<ProgramSet> Current() override {
    if (sets_.empty()) return NotFoundError("nothing is installed");
    return sets_.front();
  }
  Result<void> Confirm() override { return {}; }
  Result<ProgramSet> FallBack() override {
    if (sets_.size() < 2) return NotFoundError("no other set");
    sets_.erase(sets_.begin());
    return sets_.front();
  }
  [[nodiscard]] std::optional<SmolBinRefusal> refused() const override { return {}; }

 private:
  std::vector<ProgramSet> sets_;
};

ProgramSet Set(const std::string& name, bool proven) { return {.name = name, .proven = proven}; }

class SupervisorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const UniqueFd own(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
    if (!own.valid()) GTEST_SKIP() << "needs pidfd_open(2), which this emulator lacks";
  }

  /// Runs the sets, with the script for each name, until one is healthy or `enough` starts were made.
  void Run(std::vector<ProgramSet> sets, const std::function<std::string(const std::string&)>& script, size_t enough) {
    Scripts programs(std::move(sets));
    Supervisor::Options options;
    options.command = [&](const ProgramSet& set) {
      started_.push_back(set.name);
      if (started_.size() == enough) supervisor_->Stop([this] { loop_.Stop(); });
      return DaemonCommand{{"/bin/sh", "-c", script(set.name)}, {}};
    };
    options.on_healthy = [&](const ProgramSet& set) {
      healthy_.push_back(set.name);
      loop_.Stop();
    };
    options.on_status = [&](const std::string& status) { statuses_.push_back(status); };
    options.trim = [&]() -> Result<uint64_t> { return ++trims_; };
    supervisor_ = std::make_unique<Supervisor>(loop_, programs, std::move(options));
    ASSERT_OK(supervisor_->Start());
    loop_.Run();
    supervisor_.reset();
  }

  EventLoop loop_;
  std::unique_ptr<Supervisor> supervisor_;
  std::vector<std::string> started_;
  std::vector<std::string> healthy_;
  std::vector<std::string> statuses_;
  uint64_t trims_ = 0;
};

TEST_F(SupervisorTest, NeedsASet) {
  Scripts none({});
  Supervisor supervisor(loop_, none, {});
  EXPECT_THAT(supervisor.Start(), HasError(ErrorKind::kNotFound, "nothing is installed"));
}

TEST_F(SupervisorTest, TellsThatASetIsHealthy) {
  Run(
      {Set("new", false)}, [](const auto&) { return kAnswers; }, 100);
  EXPECT_THAT(healthy_, ElementsAre("new"));
  EXPECT_THAT(started_, ElementsAre("new"));
}

TEST_F(SupervisorTest, ASetThatHangsIsBackWithinTenSeconds) {
  const auto start = std::chrono::steady_clock::now();
  Run(
      {Set("new", false), Set("good", true)}, [](const auto& name) { return name == "new" ? kHangs : kAnswers; }, 100);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_THAT(started_, ElementsAre("new", "good"));
  EXPECT_THAT(healthy_, ElementsAre("good"));
  EXPECT_THAT(statuses_, ElementsAre(HasSubstr("Killed")));
}

TEST_F(SupervisorTest, AGoodSetThatEndsIsStartedAgain) {
  Run(
      {Set("good", true)}, [this](const auto&) { return started_.size() < 3 ? "exit 7" : kAnswers; }, 100);
  EXPECT_THAT(started_, ElementsAre("good", "good", "good"));
  EXPECT_THAT(statuses_, Contains("sdk-daemon ended with exit status 7"));
  EXPECT_THAT(healthy_, ElementsAre("good"));
}

TEST_F(SupervisorTest, ADaemonThatSendsSomethingElseIsKilled) {
  Run(
      {Set("new", false), Set("good", true)},
      [](const auto& name) { return name == "new" ? R"(printf '\000\000\000\002[]' >&3; exec sleep 1000)" : kAnswers; },
      100);
  EXPECT_THAT(statuses_, ElementsAre(HasSubstr("Killed")));
  EXPECT_THAT(healthy_, ElementsAre("good"));
}

TEST_F(SupervisorTest, TrimsWhenTheDaemonAsks) {
  Run(
      {Set("good", true)},
      [](const auto&) {
        return std::string(R"(printf '\000\000\000\051{"type":"event","event":"trim","data":{}}' >&3)") + kAnswers;
      },
      100);
  EXPECT_EQ(trims_, 1U);
}

}  // namespace
}  // namespace hallmark::guest
