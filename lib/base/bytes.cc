// SPDX-License-Identifier: Apache-2.0
#include "lib/base/bytes.h"

#include <algorithm>

namespace hallmark {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int Base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::string ToHex(ByteSpan bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

Result<ByteVector> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return CorruptError("hexadecimal text of odd length");
  ByteVector bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return CorruptError("not a hexadecimal digit");
    bytes.push_back(static_cast<uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::string ToBase64(ByteSpan bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? bytes[i + j] : 0U);
    for (size_t j = 0; j < 4; ++j) text.push_back(j <= count ? kBase64Digits[group >> (18 - 6 * j) & 63] : '=');
  }
  return text;
}

Result<ByteVector> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return CorruptError("base64 text whose length is not a multiple of 4");
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  const size_t digits = text.size() - padding;
  ByteVector bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t group = 0;
  for (size_t i = 0; i < digits; ++i) {
    const int digit = Base64Digit(text[i]);
    if (digit < 0) return CorruptError("not a base64 digit");
    group = (group << 6 | static_cast<uint32_t>(digit)) & 0xFFFFFF;
    // The second to fourth digit of a group each complete a byte.
    if (i % 4 != 0) bytes.push_back(static_cast<uint8_t>(group >> (6 - 2 * (i % 4))));
  }
  const uint32_t stray = padding == 2 ? group & 15 : padding == 1 ? group & 3 : 0;
  if (stray != 0) return CorruptError("base64 text with bits set in its padding");
  return bytes;
}

std::string Lowercase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsZero(ByteSpan bytes) {
  // All bytes are zero if the first one is and each equals the one before it: memcmp compares the buffer with itself,
  // shifted by one byte, at full speed.
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace hallmark
