// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace hallmark {

/// Text from an image that nobody vouched for, fit for a terminal and one line: control characters, backslashes and
/// bytes that are no UTF-8 become \xHH; all else stays.
std::string Printable(std::string_view text);

/// The same for lines of our own that quote such text: backslashes, tabs and line feeds stay.
std::string PrintableLines(std::string_view text);

}  // namespace hallmark
