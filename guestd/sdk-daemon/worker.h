// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include "guestd/common/event_loop.h"
#include "lib/base/result.h"
#include "lib/json/json_value.h"

namespace hallmark::guest {

/// Runs work in a child process: what takes long, may hang on a shared directory, or has to change namespace. The
/// daemon goes on meanwhile, and survives whatever the work does.
class Worker {
 public:
  using Work = std::function<Result<JsonValue>()>;
  /// `child` still lives, waiting, when this is called: its namespaces can be opened under /proc. It is killed
  /// afterwards. 0 if there is none.
  using Done = std::function<void(Result<JsonValue> result, pid_t child)>;

  /// Returns at once. `done` is called once, later: with the work's result, or with the reason why there is none, which
  /// may be that `limit` ran out. Of the daemon's descriptors the child has only `keep`, if that is not -1: it must
  /// hold no end of any process's pipes.
  static void Start(EventLoop& loop, std::chrono::milliseconds limit, int keep, const Work& work, Done done);
};

}  // namespace hallmark::guest
