// SPDX-License-Identifier: Apache-2.0
#include "lib/base/dos_time.h"

#include <chrono>

namespace hallmark {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr int kFirstYear = 1980;
constexpr int kLastYear = 2107;

}  // namespace

DosTime ToDosTime(Timestamp time) {
  const auto day = std::chrono::floor<days>(std::chrono::sys_seconds(std::chrono::seconds(time.seconds)));
  const year_month_day date{day};
  if (static_cast<int>(date.year()) < kFirstYear) return {.date = 1 << 5 | 1, .time = 0};
  if (static_cast<int>(date.year()) > kLastYear) {
    return {.date = (kLastYear - kFirstYear) << 9 | 12 << 5 | 31, .time = 23 << 11 | 59 << 5 | 29};
  }
  const int64_t second = time.seconds - day.time_since_epoch().count() * 86400;
  return {.date = static_cast<uint16_t>((static_cast<int>(date.year()) - kFirstYear) << 9 |
                                        static_cast<int>(static_cast<unsigned>(date.month())) << 5 |
                                        static_cast<int>(static_cast<unsigned>(date.day()))),
          .time = static_cast<uint16_t>((second / 3600) << 11 | (second / 60 % 60) << 5 | second % 60 / 2)};
}

Timestamp FromDosTime(DosTime time) {
  const auto date = std::chrono::year(kFirstYear + (time.date >> 9)) / static_cast<int>(time.date >> 5 & 15) /
                    static_cast<int>(time.date & 31);
  const int64_t day = date.ok() ? sys_days(date).time_since_epoch().count() : 0;
  return {.seconds = day * 86400 + (int64_t{time.time} >> 11) * 3600 + (int64_t{time.time} >> 5 & 63) * 60 +
                     (int64_t{time.time} & 31) * 2};
}

}  // namespace hallmark
