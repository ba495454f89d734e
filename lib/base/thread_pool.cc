// SPDX-License-Identifier: Apache-2.0
#include "lib/base/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <system_error>

namespace hallmark {
namespace {

/// Cores that this process may run on (sched_getaffinity), at least 1.
size_t AvailableCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

ThreadPool::ThreadPool(size_t threads) {
  if (threads == 0) threads = AvailableCores();
  workers_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) {
    try {
      workers_.emplace_back([this] { Work(); });
    } catch (const std::system_error&) {  // the limit on threads is reached: those that run are enough
      if (workers_.empty()) throw;
      return;
    }
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::Enqueue(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void ThreadPool::Work() {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

Result<void> ParallelFor(ThreadPool& pool, size_t count, const std::function<Result<void>(size_t)>& task,
                         size_t at_once) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  size_t first_failed = count;
  Result<void> result;

  const auto work = [&] {
    for (size_t i = next++; i < count && !failed; i = next++) {
      try {
        Result<void> one = task(i);
        if (one.ok()) continue;
        failed = true;
        const std::lock_guard lock(mutex);
        if (i < first_failed) {
          first_failed = i;
          result = std::move(one);
        }
      } catch (...) {
        failed = true;
        throw;
      }
    }
  };
  // Waits for the last task, even if something is thrown here: the tasks refer to objects of this function.
  struct Workers {
    ~Workers() {
      for (std::future<void>& worker : running) {
        if (worker.valid()) worker.wait();
      }
    }
    std::vector<std::future<void>> running;
  } workers;
  const size_t most = std::min({pool.size(), count, at_once});
  workers.running.reserve(most);
  for (size_t i = 0; i < most; ++i) workers.running.push_back(pool.Submit(work));
  for (std::future<void>& worker : workers.running) worker.get();
  return result;
}

}  // namespace hallmark
