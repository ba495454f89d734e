// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/base/result.h"

namespace hallmark::guest {

/// Writes one line to standard error, which goes to the journal: "2026/02/13 13:00:37 [updater] unmounted smol-bin".
/// Times are UTC. Control characters in `text` become '?', so that a line stays one line.
void Log(std::string_view component, std::string_view text);

/// Logs a failure, with its next step if the error has one.
void LogError(std::string_view component, const Error& error);

}  // namespace hallmark::guest
