// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

/// The last second of the last year with four digits: 9999-12-31T23:59:59Z.
constexpr uint64_t kLastUtcSecond = 253402300799;

/// "2026-11-01T12:00:00Z" for seconds since 1970 (RFC 3339, UTC). Later seconds are written as kLastUtcSecond.
std::string FormatUtc(uint64_t seconds);

/// The inverse of FormatUtc. kCorrupt on any other spelling, and on days that do not exist.
Result<uint64_t> ParseUtc(std::string_view text);

/// Seconds since 1970 by this machine's clock.
uint64_t CurrentUtcSecond();

}  // namespace hallmark
