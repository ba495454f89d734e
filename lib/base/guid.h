// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

/// A GUID in the byte order of its text form, which ext4 and dm-verity store. GPT stores another order, see SwapGuid().
using Guid = std::array<uint8_t, 16>;

/// Swaps a GUID between the byte order of its text and that of GPT, which stores the first three fields little-endian
/// (UEFI specification 2.10, appendix A). Applied twice, it gives the same GUID.
constexpr Guid SwapGuid(const Guid& guid) {
  constexpr std::array<size_t, 16> kOrder = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  Guid swapped{};
  for (size_t i = 0; i < swapped.size(); ++i) swapped[i] = guid[kOrder[i]];
  return swapped;
}

/// Prints a GUID in lower case, as manifests and blkid do: "6fc2a1b0-...".
std::string FormatGuid(const Guid& guid);
/// The inverse of FormatGuid. kCorrupt on any other form.
Result<Guid> ParseGuid(std::string_view text);

/// A GUID from lower-case text in the source. The compiler evaluates it and refuses any other text.
consteval Guid GuidLiteral(std::string_view text) {
  Guid guid{};
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') throw "a dash expected";
      continue;
    }
    const bool decimal = text[i] >= '0' && text[i] <= '9';
    if (!decimal && (text[i] < 'a' || text[i] > 'f')) throw "a hexadecimal digit expected";
    const int digit = decimal ? text[i] - '0' : text[i] - 'a' + 10;
    guid.at(digits / 2) = static_cast<uint8_t>(guid.at(digits / 2) << 4 | digit);
    ++digits;
  }
  if (digits != 32) throw "32 digits expected";
  return guid;
}

}  // namespace hallmark
