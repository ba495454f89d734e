// SPDX-License-Identifier: Apache-2.0
#include "lib/base/utf.h"

#include <array>

namespace hallmark {
namespace {

constexpr char32_t kFirstSurrogate = 0xd800;
constexpr char32_t kFirstLowSurrogate = 0xdc00;
constexpr char32_t kLastSurrogate = 0xdfff;
constexpr char32_t kFirstSupplementary = 0x10000;
constexpr char32_t kLast = 0x10ffff;

bool IsSurrogate(char32_t unit) { return unit >= kFirstSurrogate && unit <= kLastSurrogate; }
bool IsLowSurrogate(char32_t unit) { return unit >= kFirstLowSurrogate && unit <= kLastSurrogate; }

void AppendUtf8(std::string& utf8, char32_t point) {
  const auto continuation = [&](int shift) { utf8.push_back(static_cast<char>(0x80 | (point >> shift & 0x3f))); };
  if (point < 0x80) {
    utf8.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    utf8.push_back(static_cast<char>(0xc0 | point >> 6));
    continuation(0);
  } else if (point < kFirstSupplementary) {
    utf8.push_back(static_cast<char>(0xe0 | point >> 12));
    continuation(6);
    continuation(0);
  } else {
    utf8.push_back(static_cast<char>(0xf0 | point >> 18));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

/// Calls `on_half` with the text so far for each half of a surrogate pair that stands alone.
template <typename OnHalf>
std::string ConvertToUtf8(std::u16string_view text, OnHalf on_half) {
  std::string utf8;
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t unit = text[i];
    if (!IsSurrogate(unit)) {
      AppendUtf8(utf8, unit);
    } else if (!IsLowSurrogate(unit) && i + 1 < text.size() && IsLowSurrogate(text[i + 1])) {
      AppendUtf8(utf8,
                 kFirstSupplementary + ((unit - kFirstSurrogate) << 10) + (char32_t{text[i + 1]} - kFirstLowSurrogate));
      ++i;
    } else {
      on_half(utf8);
    }
  }
  return utf8;
}

}  // namespace

Result<std::u16string> Utf8ToUtf16(std::string_view text) {
  const Error error = UsageError("'" + std::string(text) + "' is not UTF-8");
  std::u16string utf16;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || text.size() - i < length) return error;
    constexpr std::array<unsigned char, 5> kLeadBits = {0, 0x7f, 0x1f, 0x0f, 0x07};
    constexpr std::array<char32_t, 5> kMin = {0, 0, 0x80, 0x800, kFirstSupplementary};
    char32_t point = lead & kLeadBits[length];
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return error;
      point = point << 6 | (next & 0x3f);
    }
    if (point < kMin[length] || point > kLast || IsSurrogate(point)) return error;
    if (point < kFirstSupplementary) {
      utf16.push_back(static_cast<char16_t>(point));
    } else {
      point -= kFirstSupplementary;
      utf16.push_back(static_cast<char16_t>(kFirstSurrogate + (point >> 10)));
      utf16.push_back(static_cast<char16_t>(kFirstLowSurrogate + (point & 0x3ff)));
    }
    i += length;
  }
  return utf16;
}

Result<std::string> Utf16ToUtf8(std::u16string_view text) {
  bool halves = false;
  std::string utf8 = ConvertToUtf8(text, [&](std::string&) { halves = true; });
  if (halves) return CorruptError("half of a UTF-16 surrogate pair");
  return utf8;
}

std::string Utf16ToUtf8Replacing(std::u16string_view text, std::string_view replacement) {
  return ConvertToUtf8(text, [&](std::string& utf8) { utf8 += replacement; });
}

}  // namespace hallmark
