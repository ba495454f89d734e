// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

struct ElfExpectation {
  std::string_view architecture;  ///< Debian's name: "arm64", "amd64"
  std::optional<bool> stripped;   ///< absent: either is accepted
};

/// Checks that a file is a program that runs by itself: 64-bit little-endian ELF for the right machine, without an
/// interpreter or shared libraries, and with or without a symbol table as asked. kUsage says what it is instead.
/// Source: the generic ABI, chapters "ELF Header", "Sections" and "Program Header".
Result<void> CheckElf(ByteSpan file, const ElfExpectation& expected);

}  // namespace hallmark
