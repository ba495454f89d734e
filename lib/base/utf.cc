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

}  // namespace

Result<std::u16string> Utf8ToUtf16(std::string_view text) {
  const Error error = UsageError("'" + std::string(text) + "' is not UTF-8");
  std::u16string utf16;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || text.size() - i < length) return error;
    constexpr std::array<unsigned char, 5> kLeadBits = {0, 0x7f, 0x1f, 0x0f, 0x07};
    constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, kFirstSupplementary};
    char32_t point = lead & kLeadBits[length];
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return error;
      point = point << 6 | (next & 0x3f);
    }
    if (point < kLeast[length] || point > kLast || (point >= kFirstSurrogate && point <= kLastSurrogate)) return error;
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
  std::string utf8;
  const auto continuation = [&](char32_t bits) { utf8.push_back(static_cast<char>(0x80 | (bits & 0x3f))); };
  for (size_t i = 0; i < text.size(); ++i) {
    char32_t point = text[i];
    if (point >= kFirstSurrogate && point <= kLastSurrogate) {
      const char32_t low = i + 1 < text.size() ? text[i + 1] : 0;
      if (point >= kFirstLowSurrogate || low < kFirstLowSurrogate || low > kLastSurrogate) {
        return CorruptError("half of a UTF-16 surrogate pair");
      }
      point = kFirstSupplementary + ((point - kFirstSurrogate) << 10) + (low - kFirstLowSurrogate);
      ++i;
    }
    if (point < 0x80) {
      utf8.push_back(static_cast<char>(point));
    } else if (point < 0x800) {
      utf8.push_back(static_cast<char>(0xc0 | point >> 6));
      continuation(point);
    } else if (point < kFirstSupplementary) {
      utf8.push_back(static_cast<char>(0xe0 | point >> 12));
      continuation(point >> 6);
      continuation(point);
    } else {
      utf8.push_back(static_cast<char>(0xf0 | point >> 18));
      continuation(point >> 12);
      continuation(point >> 6);
      continuation(point);
    }
  }
  return utf8;
}

}  // namespace hallmark
