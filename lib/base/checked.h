// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/result.h"

namespace hallmark {

// Arithmetic on numbers that came from outside. An overflow is kCorrupt; the message begins with `what`.

/// `a` + `b`, or kCorrupt on overflow.
template <std::unsigned_integral T>
Result<T> CheckedAdd(T a, T b, std::string_view what) {
  T sum;
  if (__builtin_add_overflow(a, b, &sum)) return CorruptError(std::string(what) + ": number too large");
  return sum;
}

/// `a` times `b`, or kCorrupt on overflow.
template <std::unsigned_integral T>
Result<T> CheckedMultiply(T a, T b, std::string_view what) {
  T product;
  if (__builtin_mul_overflow(a, b, &product)) return CorruptError(std::string(what) + ": number too large");
  return product;
}

/// `value` as a To, or kCorrupt if it does not fit.
template <std::integral To, std::integral From>
Result<To> CheckedCast(From value, std::string_view what) {
  if (!std::in_range<To>(value)) return CorruptError(std::string(what) + ": number out of range");
  return static_cast<To>(value);
}

/// True if [offset, offset + length) lies inside [0, size).
constexpr bool InBounds(uint64_t offset, uint64_t length, uint64_t size) {
  return offset <= size && length <= size - offset;
}

/// `value` rounded up to a multiple of `alignment` (not 0). The caller makes sure that the sum fits.
constexpr uint64_t RoundUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

/// `value` divided by `divisor` (not 0), rounded up. The caller makes sure that their sum fits.
constexpr uint64_t DivideRoundUp(uint64_t value, uint64_t divisor) { return (value + divisor - 1) / divisor; }

}  // namespace hallmark
