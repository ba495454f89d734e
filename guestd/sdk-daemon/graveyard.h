// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "guestd/common/cgroup.h"
#include "guestd/common/event_loop.h"

namespace hallmark::guest {

/// Removes control groups whose last processes are still dying.
class Graveyard {
 public:
  explicit Graveyard(EventLoop& loop) : timer_(loop) {}

  /// Removes the group now, or tries again and again until the kernel allows it.
  void Bury(Cgroup cgroup);
  /// Stops trying.
  void Stop() { timer_.Cancel(); }
  /// How many groups are still to be removed.
  [[nodiscard]] size_t waiting() const { return waiting_.size(); }

 private:
  void Sweep();

  Timer timer_;
  std::vector<Cgroup> waiting_;
};

}  // namespace hallmark::guest
