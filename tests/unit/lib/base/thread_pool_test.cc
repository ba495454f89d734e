// SPDX-License-Identifier: Apache-2.0
#include "lib/base/thread_pool.h"

#include <atomic>
#include <chrono>
#include <new>
#include <thread>

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

TEST(ThreadPoolTest, ParallelForRunsEachOnceAndReportsTheFirstError) {
  ThreadPool pool(4);
  std::vector<std::atomic<int>> runs(1000);
  ASSERT_OK(ParallelFor(pool, runs.size(), [&](size_t i) -> Result<void> {
    ++runs[i];
    return {};
  }));
  for (const auto& count : runs) EXPECT_EQ(count, 1);
  EXPECT_THAT(ParallelFor(pool, 10, [](size_t i) -> Result<void> { return IoError("task " + std::to_string(i)); }),
              HasError(ErrorKind::kIo, "task 0"));
}

TEST(ThreadPoolTest, ParallelForThrowsOnceNothingRunsAnyMore) {
  ThreadPool pool(4);
  std::atomic<int> running = 0;
  const auto task = [&](size_t i) -> Result<void> {
    ++running;
    if (i == 0) {
      while (running < 2) std::this_thread::yield();  // another one is under way
      --running;
      throw std::bad_alloc();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    --running;
    return {};
  };
  EXPECT_THROW((void)ParallelFor(pool, 4, task), std::bad_alloc);
  EXPECT_EQ(running, 0);
  ASSERT_OK(ParallelFor(pool, 4, [](size_t) -> Result<void> { return {}; }));
}

}  // namespace
}  // namespace hallmark
