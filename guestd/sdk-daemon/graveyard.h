// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "guestd/common/cgroup.h"
#include "guestd/common/event_loop.h"

namespace hallmark::guest {

/// Removes control groups whose last processes are still dying, a little later.
class Graveyard {
 public:
  explicit Graveyard(EventLoop& loop) : timer_(loop) {}

  /// Removes the group now or, again and again, as soon as the kernel lets it.
  void Bury(Cgroup cgroup);
  /// Removes nothing any more.
  void Stop() { timer_.Cancel(); }
  /// Groups that are still there.
  [[nodiscard]] size_t waiting() const { return waiting_.size(); }

 private:
  void Sweep();

  Timer timer_;
  std::vector<Cgroup> waiting_;
};

}  // namespace hallmark::guest
