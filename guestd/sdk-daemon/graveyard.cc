// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/graveyard.h"

#include <chrono>
#include <utility>

namespace hallmark::guest {
namespace {

constexpr std::chrono::milliseconds kSweepInterval{20};

}  // namespace

void Graveyard::Bury(Cgroup cgroup) {
  if (cgroup.Remove().ok()) return;
  waiting_.push_back(std::move(cgroup));
  if (waiting_.size() == 1) timer_.Start(kSweepInterval, [this] { Sweep(); });
}

void Graveyard::Sweep() {
  for (Cgroup& cgroup : std::exchange(waiting_, {})) Bury(std::move(cgroup));
}

}  // namespace hallmark::guest
