// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark::testing {

/// The directory tests/data/FORMAT.
std::filesystem::path DataDirectory(std::string_view format);

/// Gives an input, which is a file or a directory, to the parser under test.
using ParseInput = std::function<Result<void>(const std::filesystem::path& input)>;

/// Gives every input of tests/data/FORMAT to `parse`. Inputs in good/ must be accepted. An input NAME.EXTENSION in bad/
/// must be refused with the text of NAME.message beside it: "KIND: MESSAGE", and a line "next: HINT" if the error has a
/// next step. In the text, paths are relative to bad/. A text that ends with "..." gives only the beginning, because a
/// library writes the rest. An input without a message, a message without an input and an empty directory fail.
///
/// If HALLMARK_UPDATE_MESSAGES is in the environment, the messages are written instead, and the test counts as skipped.
void CheckDataDirectory(std::string_view format, const ParseInput& parse);

}  // namespace hallmark::testing
