// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// A fixed set of worker threads. Tasks start in the order they were submitted; the destructor runs what is left.
class ThreadPool {
 public:
  /// With `threads` of 0, one thread per core that this process may use. Starts fewer if a limit on threads stops it;
  /// throws std::system_error if it can't start any.
  explicit ThreadPool(size_t threads = 0);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  [[nodiscard]] size_t size() const { return workers_.size(); }

  /// Runs `task` on a worker thread. The future gets its result, or what it threw.
  template <typename F>
  auto Submit(F task) -> std::future<decltype(task())> {
    auto packaged = std::make_shared<std::packaged_task<decltype(task())()>>(std::move(task));
    auto future = packaged->get_future();
    Enqueue([packaged] { (*packaged)(); });
    return future;
  }

 private:
  void Enqueue(std::function<void()> task);
  void Work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

/// Runs `task(i)` for each i below `count` on `pool`, at most `at_once` at a time. Returns the error of the lowest i
/// that failed, or throws what a task threw. After a failure no further task starts; on return no task is running.
Result<void> ParallelFor(ThreadPool& pool, size_t count, const std::function<Result<void>(size_t)>& task,
                         size_t at_once = SIZE_MAX);

}  // namespace hallmark
