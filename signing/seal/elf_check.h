// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

struct ElfExpectation {
  std::string_view architecture;  ///< as Debian names it: "arm64", "amd64"
  std::optional<bool> stripped;   ///< absent: either
};

/// Checks that a file is a program that runs on its own: 64-bit ELF, little-endian, for the right machine, without an
/// interpreter and without shared libraries; and with a symbol table or without, as asked. kUsage says what it is
/// instead. Source: the generic ABI, chapters "ELF Header", "Sections" and "Program Header".
Result<void> CheckElf(ByteSpan file, const ElfExpectation& expected);

}  // namespace hallmark
