// SPDX-License-Identifier: Apache-2.0
#include "lib/base/printable.h"

#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/base/utf.h"

namespace hallmark {
namespace {

/// The length in bytes of the UTF-8 character at the start of `text`; 0 if there is none.
size_t CharacterLength(std::string_view text) {
  for (size_t length = 1; length <= std::min<size_t>(4, text.size()); ++length) {
    if (Utf8ToUtf16(text.substr(0, length)).ok()) return length;
  }
  return 0;
}

/// C0, DEL, C1 (which is U+0080 to U+009F: 0xC2 0x80 to 0xC2 0x9F), line and paragraph separators, and the marks that
/// turn the direction of the text around (U+202A to U+202E, U+2066 to U+2069).
bool IsControl(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x20 || lead == 0x7f;
  if (character.size() == 2) return lead == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
  return (character >= "\xe2\x80\xa8" && character <= "\xe2\x80\xae") ||
         (character >= "\xe2\x81\xa6" && character <= "\xe2\x81\xa9");
}

std::string Escape(std::string_view text, std::string_view escaped, std::string_view kept) {
  std::string printable;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    const size_t length = byte < 0x80 ? 1 : CharacterLength(text);
    const bool control =
        length != 0 && IsControl(text.substr(0, length)) && kept.find(text[0]) == std::string_view::npos;
    if (length == 0 || escaped.find(text[0]) != std::string_view::npos || control) {
      for (size_t i = 0; i < std::max<size_t>(length, 1); ++i) printable += "\\x" + ToHex(AsBytes(text.substr(i, 1)));
    } else {
      printable += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return printable;
}

}  // namespace

std::string Printable(std::string_view text) { return Escape(text, "\\", ""); }

std::string PrintableLines(std::string_view text) { return Escape(text, "", "\t\n"); }

}  // namespace hallmark
