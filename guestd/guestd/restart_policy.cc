// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/restart_policy.h"

#include <algorithm>
#include <utility>

namespace hallmark::guest {

void RestartPolicy::Begin(bool proven) {
  proven_ = proven;
  delay_ = kMinDelay;
  failures_.clear();
}

bool RestartPolicy::Healthy(TimePoint now) {
  if (now - started_ < kTrial) return false;
  delay_ = kMinDelay;
  return !std::exchange(proven_, true);
}

RestartPolicy::Action RestartPolicy::Failed(TimePoint now) {
  if (!proven_) return Action::kFallBack;
  failures_.push_back(now);
  while (now - failures_.front() > kFailureWindow) failures_.pop_front();
  if (failures_.size() >= kMaxFailures) return Action::kFallBack;
  if (failures_.size() > 1) delay_ = std::min(delay_ * 2, kMaxDelay);
  return Action::kRestart;
}

}  // namespace hallmark::guest
