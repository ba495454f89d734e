// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

using ByteSpan = std::span<const uint8_t>;
using MutableByteSpan = std::span<uint8_t>;
using ByteVector = std::vector<uint8_t>;

/// Views a text as bytes, without a copy: the result refers to what was passed.
inline ByteSpan AsBytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }
/// The inverse. The result refers to what was passed.
inline std::string_view AsText(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// The bytes of an on-disk structure (alignment 1, trivially copyable).
template <typename T>
ByteSpan StructBytes(const T& value) {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
  return {reinterpret_cast<const uint8_t*>(&value), sizeof(T)};
}

/// The bytes of consecutive on-disk structures in an array or a vector. The result refers to `values`.
template <typename Array>
ByteSpan ArrayBytes(const Array& values) {
  const std::span span(values);
  using T = typename decltype(span)::element_type;
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
  return {reinterpret_cast<const uint8_t*>(span.data()), span.size_bytes()};
}
/// The same, to read into.
template <typename Array>
MutableByteSpan MutableArrayBytes(Array& values) {
  const std::span span(values);
  using T = typename decltype(span)::element_type;
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
  return {reinterpret_cast<uint8_t*>(span.data()), span.size_bytes()};
}

/// Copies a structure from the front of `bytes`. kCorrupt if there are too few bytes.
template <typename T>
Result<T> ReadStruct(ByteSpan bytes, std::string_view what) {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
  if (bytes.size() < sizeof(T)) return CorruptError(std::string(what) + ": truncated");
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// Lower-case hexadecimal, two digits per byte.
std::string ToHex(ByteSpan bytes);
/// The inverse of ToHex; upper case is accepted too. kCorrupt on anything else.
Result<ByteVector> FromHex(std::string_view text);

/// Base64 of RFC 4648, section 4, padded.
std::string ToBase64(ByteSpan bytes);
/// The inverse of ToBase64. kCorrupt on blanks, missing padding and stray bits before the padding: the same bytes have
/// no second spelling.
Result<ByteVector> FromBase64(std::string_view text);

/// Changes A to Z into a to z, and nothing else, in every locale.
std::string Lowercase(std::string_view text);

/// True if every byte is zero.
bool IsZero(ByteSpan bytes);

}  // namespace hallmark
