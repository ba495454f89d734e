// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// Prints `program: message` and the hint, if any, to standard error.
void PrintError(std::string_view program, const Error& error);

/// Runs a program's body and turns its result, exceptions included, into an exit status (ExitStatus()). If the body
/// succeeds, its value is the status: 0, or another number if it stands for a verdict.
int RunMain(std::string_view program, int argc, char** argv,
            const std::function<Result<int>(std::vector<std::string> arguments)>& body);

}  // namespace hallmark
