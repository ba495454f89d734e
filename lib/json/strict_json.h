// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "lib/base/result.h"
#include "lib/json/object_reader.h"

// This header includes the JSON library itself, which adds seconds to the compile time of each file. Only the sources
// in this directory include it; others use JsonValue, ObjectReader and PlacedJson.

namespace hallmark {

/// Parses JSON that came from outside. kCorrupt, with "WHAT:LINE:COLUMN: " in front, on more than `max_size` bytes,
/// more than 16 levels, more than 100,000 values, a key twice in one object, numbers that are not integers from 0 to
/// 2^63 - 1, text that is not UTF-8, a byte order mark, a NUL, and anything after the value.
Result<Json> ParseStrictJson(std::string_view text, size_t max_size, std::string_view what);

}  // namespace hallmark
