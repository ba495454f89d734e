// SPDX-License-Identifier: Apache-2.0
#include "lib/base/dos_time.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

TEST(DosTimeTest, PacksItsFields) {
  // 2023-11-14 22:13:20 UTC.
  const DosTime time = ToDosTime({.seconds = 1'700'000'000, .nanoseconds = 999'999'999});
  EXPECT_EQ(time.date, (2023 - 1980) << 9 | 11 << 5 | 14);
  EXPECT_EQ(time.time, 22 << 11 | 13 << 5 | 20 / 2);
  EXPECT_EQ(FromDosTime(time), (Timestamp{1'700'000'000, 0}));
  EXPECT_EQ(FromDosTime(ToDosTime({.seconds = 1'700'000'001})), (Timestamp{1'700'000'000, 0}));
}

TEST(DosTimeTest, EndsIn1980And2107) {
  constexpr int64_t k1980 = 315'532'800;
  constexpr int64_t kEnd = 4'354'819'198;  // 2107-12-31 23:59:58
  for (const int64_t seconds : {int64_t{-1}, int64_t{0}, k1980 - 1, k1980}) {
    EXPECT_EQ(FromDosTime(ToDosTime({.seconds = seconds})).seconds, k1980) << seconds;
  }
  for (const int64_t seconds : {kEnd, kEnd + 1, kEnd + 2, int64_t{1} << 34}) {
    EXPECT_EQ(FromDosTime(ToDosTime({.seconds = seconds})).seconds, kEnd) << seconds;
  }
}

TEST(DosTimeTest, ADateThatDoesNotExistIsTheEpoch) {
  EXPECT_EQ(FromDosTime({.date = 0, .time = 0}).seconds, 0);
  EXPECT_EQ(FromDosTime({.date = 3 << 9 | 2 << 5 | 29, .time = 1}).seconds, 2);  // 1983-02-29
}

}  // namespace
}  // namespace hallmark
