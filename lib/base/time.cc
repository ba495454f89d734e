// SPDX-License-Identifier: Apache-2.0
#include "lib/base/time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace hallmark {
namespace {

constexpr uint64_t kSecondsPerDay = 86400;

/// The value of the two or four digits at `offset`, or -1.
int Digits(std::string_view text, size_t offset, size_t count) {
  int value = 0;
  for (const char c : text.substr(offset, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::string FormatUtc(uint64_t seconds) {
  seconds = std::min(seconds, kLastUtcSecond);
  const std::chrono::sys_days day{std::chrono::days(seconds / kSecondsPerDay)};
  const std::chrono::year_month_day date(day);
  const auto second = static_cast<unsigned>(seconds % kSecondsPerDay);
  std::array<char, 40> text{};
  (void)std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02u:%02u:%02uZ", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), second / 3600,
                      second / 60 % 60, second % 60);
  return text.data();
}

Result<uint64_t> ParseUtc(std::string_view text) {
  const Error error = CorruptError("'" + std::string(text.substr(0, 40)) + "' is not a time like 2026-11-01T12:00:00Z");
  if (text.size() != 20) return error;
  const std::chrono::year_month_day date(std::chrono::year(Digits(text, 0, 4)),
                                         std::chrono::month(static_cast<unsigned>(Digits(text, 5, 2))),
                                         std::chrono::day(static_cast<unsigned>(Digits(text, 8, 2))));
  const int64_t days = date.ok() ? std::chrono::sys_days(date).time_since_epoch().count() : -1;
  if (days < 0) return error;
  const int hour = Digits(text, 11, 2);
  const int minute = Digits(text, 14, 2);
  const int second = Digits(text, 17, 2);
  if (hour > 23 || minute > 59 || second > 59) return error;
  const int64_t seconds =
      days * static_cast<int64_t>(kSecondsPerDay) + int64_t{hour} * 3600 + int64_t{minute} * 60 + second;
  // Separators and characters that are not digits are still unchecked: the text must equal its canonical form.
  if (seconds < 0 || FormatUtc(static_cast<uint64_t>(seconds)) != text) return error;
  return static_cast<uint64_t>(seconds);
}

uint64_t CurrentUtcSecond() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

}  // namespace hallmark
