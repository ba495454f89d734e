// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include "guestd/common/event_loop.h"
#include "lib/base/result.h"
#include "lib/json/json_value.h"

namespace hallmark::guest {

/// Runs work in a child process: work that takes long, may hang on a shared directory, or changes the namespace. The
/// daemon continues meanwhile, and survives whatever the work does.
class Worker {
 public:
  using Work = std::function<Result<JsonValue>()>;
  /// When this is called, `child` still lives and waits, so its namespaces can be opened in /proc; it is killed
  /// afterwards. 0 if there is no child.
  using Done = std::function<void(Result<JsonValue> result, pid_t child)>;

  /// Returns at once. Calls `done` once, later, with the work's result or with an error, for example that `limit` has
  /// run out. Of the daemon's descriptors the child inherits only `keep`, unless that is -1: it must not hold an end of
  /// a process's pipes.
  static void Start(EventLoop& loop, std::chrono::milliseconds limit, int keep, const Work& work, Done done);
};

}  // namespace hallmark::guest
