// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hallmark {

/// Takes the first line off `text` and returns it without its line feed. Nothing if `text` is empty. All lines of a
/// text:
///
///     for (std::string_view rest = text; const auto line = TakeLine(rest);) Use(*line);
std::optional<std::string_view> TakeLine(std::string_view& text);

/// True for ASCII letters and digits, whatever the locale.
constexpr bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Spaces, tabs and the ends of lines.
inline constexpr std::string_view kBlanks = " \t\r\n";

/// The parts of `text` between any of the characters `separators`. Empty parts are left out.
std::vector<std::string_view> SplitWords(std::string_view text, std::string_view separators = kBlanks);
/// The same parts as strings of their own.
std::vector<std::string> Words(std::string_view text, std::string_view separators = kBlanks);

/// `text` without the blanks at both its ends.
std::string_view Trimmed(std::string_view text);

/// `url` with "/" as its last character.
std::string WithSlash(std::string url);

/// `text` with every byte as %HH (RFC 3986, 2.1), except ASCII letters, digits and the characters of `plain`.
std::string PercentEncode(std::string_view text, std::string_view plain);

}  // namespace hallmark
