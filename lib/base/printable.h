// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace hallmark {

/// Makes text from an untrusted image safe for a terminal and for one line: control characters, backslashes and bytes
/// that are not UTF-8 become \xHH; the rest stays.
std::string Printable(std::string_view text);

/// The same for lines of our own that quote such text: backslashes, tabs and line feeds stay.
std::string PrintableLines(std::string_view text);

}  // namespace hallmark
