// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <new>
#include <thread>

#include "lib/base/checked.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

Result<int> Fails() { return CorruptError("cause"); }
Result<int> AddsContext() {
  ASSIGN_OR_RETURN(const int value, Fails().WithContext("path").WithContext("doing X").WithHint("do Y"));
  return value;
}

TEST(ResultTest, CarriesCauseContextAndNextStep) {
  const Result<int> result = AddsContext();
  EXPECT_THAT(result, HasError(ErrorKind::kCorrupt, "doing X: path: cause"));
  EXPECT_EQ(result.error().hint, "do Y");
}

TEST(ResultTest, ExitStatusFollowsTheKind) {
  EXPECT_EQ(ExitStatus(UsageError("")), 2);
  EXPECT_EQ(ExitStatus(VerificationError("")), 3);
  EXPECT_EQ(ExitStatus(IoError("")), 1);
  EXPECT_EQ(ExitStatus(CorruptError("")), 1);
}

TEST(CheckedTest, RefusesWhatDoesNotFit) {
  EXPECT_THAT(CheckedAdd<uint64_t>(~0ULL, 1, "size"), HasError(ErrorKind::kCorrupt, "size: number too large"));
  EXPECT_THAT(CheckedMultiply<uint32_t>(1U << 16, 1U << 16, "n"), HasError(ErrorKind::kCorrupt, "n"));
  EXPECT_THAT(CheckedCast<uint32_t>(uint64_t{1} << 32, "n"), HasError(ErrorKind::kCorrupt, "n: number out of range"));
  EXPECT_TRUE(InBounds(10, 0, 10));
  EXPECT_FALSE(InBounds(1, ~0ULL, 10));
}

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

TEST(ProgressTest, FormatsForPeople) {
  EXPECT_EQ(FormatBytes(1023), "1023 bytes");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(uint64_t{10} << 30), "10 GiB");
  EXPECT_EQ(FormatDuration(std::chrono::seconds(185)), "3 min 05 s");
}

}  // namespace
}  // namespace hallmark
