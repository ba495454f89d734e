// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/restart_policy.h"

#include <chrono>
#include <vector>

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

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

}  // namespace
}  // namespace hallmark::guest
