// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/values.h"

#include <algorithm>

#include "lib/base/dos_time.h"
#include "lib/exfat/exfat_format.h"

namespace hallmark {
namespace {

/// exFAT's checksum, at any width: rotate right by one bit, then add the next byte.
template <typename T>
constexpr T RotateAndAdd(T sum, uint8_t byte) {
  return static_cast<T>(static_cast<T>(sum >> 1 | sum << (8 * sizeof(T) - 1)) + byte);
}

}  // namespace

uint32_t ExfatBootChecksum(ByteSpan sectors) {
  uint32_t sum = 0;
  for (size_t i = 0; i < sectors.size(); ++i) {
    const bool is_volatile = std::ranges::find(kExfatVolatileBytes, i) != kExfatVolatileBytes.end();
    if (!is_volatile) sum = RotateAndAdd(sum, sectors[i]);
  }
  return sum;
}

uint32_t ExfatTableChecksum(ByteSpan table) {
  uint32_t sum = 0;
  for (const uint8_t byte : table) sum = RotateAndAdd(sum, byte);
  return sum;
}

uint16_t ExfatSetChecksum(ByteSpan entries) {
  uint16_t sum = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const bool is_checksum = i == 2 || i == 3;
    if (!is_checksum) sum = RotateAndAdd(sum, entries[i]);
  }
  return sum;
}

uint16_t ExfatNameHash(std::u16string_view upcased) {
  uint16_t hash = 0;
  for (const char16_t unit : upcased) {
    hash = RotateAndAdd(hash, static_cast<uint8_t>(unit & 0xff));
    hash = RotateAndAdd(hash, static_cast<uint8_t>(unit >> 8));
  }
  return hash;
}

ExfatTime ToExfatTime(Timestamp time) {
  const DosTime dos = ToDosTime(time);
  ExfatTime result{.stamp = static_cast<uint32_t>(dos.date) << 16 | dos.time};
  // A time outside the range of the format is not adjusted any further.
  const int64_t rest = time.seconds - FromDosTime(dos).seconds;
  if (rest == 0 || rest == 1) result.hundredths = static_cast<uint8_t>(rest * 100 + time.nanoseconds / 10'000'000);
  if (rest > 1) result.hundredths = 199;
  return result;
}

Timestamp FromExfatTime(ExfatTime time) {
  Timestamp result =
      FromDosTime({.date = static_cast<uint16_t>(time.stamp >> 16), .time = static_cast<uint16_t>(time.stamp)});
  result.seconds += time.hundredths / 100;
  result.nanoseconds = static_cast<uint32_t>(time.hundredths % 100) * 10'000'000;
  if ((time.offset & ExfatTime::kUtc) != 0) {
    const int quarters = (time.offset & 0x7f) - (time.offset & 0x40 ? 128 : 0);
    result.seconds -= int64_t{quarters} * 15 * 60;
  }
  return result;
}

std::optional<char16_t> ForbiddenInExfat(std::u16string_view name) {
  constexpr std::u16string_view kForbidden = u"\"*/:<>?\\|";
  for (const char16_t unit : name) {
    if (unit < 0x20 || kForbidden.find(unit) != std::u16string_view::npos) return unit;
  }
  return std::nullopt;
}

}  // namespace hallmark
