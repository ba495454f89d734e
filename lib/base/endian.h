// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace hallmark {

/// An unsigned integer stored in `Order` with alignment 1: a field of an on-disk structure.
template <std::unsigned_integral T, std::endian Order>
class EndianField {
 public:
  constexpr EndianField() = default;
  constexpr EndianField(T value) : bytes_(std::bit_cast<Bytes>(Swap(value))) {}

  constexpr operator T() const { return Swap(std::bit_cast<T>(bytes_)); }

 private:
  using Bytes = std::array<uint8_t, sizeof(T)>;

  static constexpr T Swap(T value) {
    if constexpr (Order == std::endian::native || sizeof(T) == 1) {
      return value;
    } else {
      Bytes bytes = std::bit_cast<Bytes>(value);
      for (size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(bytes[i], bytes[sizeof(T) - 1 - i]);
      return std::bit_cast<T>(bytes);
    }
  }

  Bytes bytes_{};
};

template <std::unsigned_integral T>
using LittleEndian = EndianField<T, std::endian::little>;
template <std::unsigned_integral T>
using BigEndian = EndianField<T, std::endian::big>;

using Le16 = LittleEndian<uint16_t>;
using Le32 = LittleEndian<uint32_t>;
using Le64 = LittleEndian<uint64_t>;
using Be32 = BigEndian<uint32_t>;
using Be64 = BigEndian<uint64_t>;

static_assert(sizeof(Le64) == 8 && alignof(Le64) == 1);

}  // namespace hallmark
