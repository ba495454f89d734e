// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/checks.h"

#include <algorithm>
#include <string_view>

#include "lib/base/text.h"

namespace hallmark {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool IsOneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// True if every character is alphanumeric or one of `others`.
bool Consists(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return IsAlphanumeric(c) || IsOneOf(c, others); });
}

bool IsHex(std::string_view text, size_t digits) {
  return text.size() == digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsOneOf(c, "0123456789abcdef"); });
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// True if none of the parts between slashes is empty, "." or "..".
bool HasPlainParts(std::string_view path) {
  while (true) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string Unless(bool good, std::string_view wrong) { return good ? "" : std::string(wrong); }

}  // namespace

std::string CheckPackageName(const std::string& text) {
  const bool good = text.size() >= 2 && (IsOneOf(text[0], kLower) || IsOneOf(text[0], kDigits)) &&
                    std::all_of(text.begin(), text.end(),
                                [](char c) { return IsOneOf(c, kLower) || IsOneOf(c, kDigits) || IsOneOf(c, "+-."); });
  return Unless(good, "is not a package name: lower-case letters, digits and + - . only");
}

std::string CheckPackageRequest(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return CheckPackageName(text);
  if (std::string wrong = CheckPackageName(text.substr(0, equals)); !wrong.empty()) return wrong;
  return Unless(CheckPackageVersion(text.substr(equals + 1)).empty(),
                "does not end with a package version, as in bash=5.2-15");
}

std::string CheckPackageVersion(const std::string& text) {
  return Unless(!text.empty() && IsAlphanumeric(text[0]) && Consists(text, ".+-:~"),
                "is not a package version: letters, digits and . + - : ~ only");
}

std::string CheckArchitecture(const std::string& text) {
  return Unless(text == "arm64" || text == "amd64", "is not an architecture: arm64 or amd64");
}

std::string CheckName(const std::string& text) {
  const bool good = !text.empty() && text.size() <= 255 && text[0] != '.' && text[0] != '-' && Consists(text, "._-+@:");
  return Unless(good, "is not a name: letters, digits and . _ - + @ : only");
}

std::string CheckUser(const std::string& text) {
  const bool number = !text.empty() && text.size() <= 9 && text.find_first_not_of(kDigits) == std::string::npos;
  const bool name =
      !text.empty() && text.size() <= 32 && (IsOneOf(text[0], kLower) || text[0] == '_') && Consists(text, "_-");
  return Unless(number || name, "is not the name or number of a user or group");
}

std::string CheckSha256(const std::string& text) { return Unless(IsHex(text, 64), "is not 64 lower-case hex digits"); }

std::string CheckIntegrity(const std::string& text) {
  // 64 bytes are 86 digits of base64 and two of padding.
  constexpr std::string_view kPrefix = "sha512-";
  const bool good = text.size() == kPrefix.size() + 88 && text.starts_with(kPrefix) && text.ends_with("==") &&
                    Consists(std::string_view(text).substr(kPrefix.size(), 86), "+/");
  return Unless(good, "is not 'sha512-' and 64 bytes in base64");
}

std::string CheckFingerprint(const std::string& text) {
  std::string digits = text;
  std::erase(digits, ' ');
  const bool good = digits.size() == 40 && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  return Unless(good, "is not a key fingerprint of 40 hex digits");
}

std::string CheckUrl(const std::string& text) {
  const bool known = text.starts_with("http://") || text.starts_with("https://") || text.starts_with("file:/") ||
                     text.starts_with("copy:/");
  const bool plain = !HasControl(text) && text.find_first_of(" \"<>\\^`|") == std::string::npos;
  return Unless(known && plain, "is not an http, https, file or copy URL");
}

std::string CheckSnapshotTime(const std::string& text) {
  // "20261101T000000Z"
  bool good = text.size() == 16 && text[8] == 'T' && text[15] == 'Z';
  for (size_t i = 0; good && i < 15; ++i) good = i == 8 || IsOneOf(text[i], kDigits);
  return Unless(good, "is not a time as in 20261101T000000Z");
}

std::string CheckNpmName(const std::string& text) {
  const std::string_view name = text;
  const size_t slash = name.find('/');
  const bool scoped = name.starts_with('@');
  const std::string_view scope = scoped ? name.substr(1, slash == std::string_view::npos ? slash : slash - 1) : "x";
  const std::string_view rest = scoped && slash != std::string_view::npos ? name.substr(slash + 1) : name;
  const auto good_part = [](std::string_view part) {
    return !part.empty() && part[0] != '.' && part[0] != '_' && Consists(part, "._-~");
  };
  return Unless(good_part(scope) && good_part(rest), "is not the name of an npm package");
}

std::string CheckNpmVersion(const std::string& text) {
  const bool good = !text.empty() && IsOneOf(text[0], kDigits) && Consists(text, ".+-") &&
                    std::count(text.begin(), text.end(), '.') >= 2;
  return Unless(good, "is not an exact npm version, as in 1.2.3");
}

std::string CheckTreePath(const std::string& text) {
  const bool good = text.size() > 1 && text.size() < 4096 && text[0] == '/' && !HasControl(text) &&
                    HasPlainParts(std::string_view(text).substr(1));
  return Unless(good, "is not an absolute path without '.', '..' or empty parts");
}

std::string CheckRelativePath(const std::string& text) {
  const bool good = !text.empty() && text.size() < 4096 && !HasControl(text) && HasPlainParts(text);
  return Unless(good, "is not a relative path without '.', '..' or empty parts");
}

std::string CheckFileName(const std::string& text) {
  const bool good = !text.empty() && text.size() < 256 && !HasControl(text) && text != "." && text != ".." &&
                    text.find('/') == std::string::npos;
  return Unless(good, "is not a file name");
}

std::string CheckLine(const std::string& text) { return Unless(!HasControl(text), "has control characters"); }

}  // namespace hallmark
