// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/base/result.h"

namespace hallmark::guest {

/// One line to standard error, which is the journal: "2026/02/13 13:00:37 [updater] unmounted smol-bin". UTC; control
/// characters in `text` become '?', so that a line stays one line.
void Log(std::string_view component, std::string_view text);

/// Log() of a failure, with what to do next if that is known.
void LogError(std::string_view component, const Error& error);

}  // namespace hallmark::guest
