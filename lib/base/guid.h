// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

/// A GUID in the order of bytes of its text form, not in that of GPT.
using Guid = std::array<uint8_t, 16>;

/// "6fc2a1b0-...": lower case, as manifests and blkid write it.
std::string FormatGuid(const Guid& guid);
/// The inverse of FormatGuid. kCorrupt on any other form.
Result<Guid> ParseGuid(std::string_view text);

}  // namespace hallmark
