// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/recipe_values.h"

#include <string_view>
#include <utility>

#include "lib/rootfs/recipe/checks.h"

namespace hallmark {

Result<uint64_t> ParseSize(const std::string& text) {
  size_t digits = 0;
  uint64_t number = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits < 12) {
    number = number * 10 + static_cast<uint64_t>(text[digits++] - '0');
  }
  const std::string unit = text.substr(digits);
  const int shift = unit == "MiB" ? 20 : unit == "GiB" ? 30 : 0;
  if (digits == 0 || shift == 0 || number == 0 || number > (1ULL << 44) >> shift) {
    return UsageError("'" + text + "' is not a size as in 512MiB or 4GiB, up to 16384GiB");
  }
  return number << shift;
}

Result<double> ParseShare(const std::string& text) {
  int percent = 0;
  const bool form = text.size() >= 2 && text.size() <= 4 && text.back() == '%' &&
                    text.find_first_not_of("0123456789") == text.size() - 1;
  if (form) percent = std::stoi(text);
  if (percent < 1 || percent > 100) return UsageError("'" + text + "' is not a share as in 70%");
  return percent / 100.0;
}

Result<mode_t> ParseMode(const std::string& text) {
  const bool form = text.size() >= 3 && text.size() <= 5 && text.find_first_not_of("01234567") == std::string::npos;
  const unsigned long mode = form ? std::stoul(text, nullptr, 8) : 010000;
  if (mode > 07777) return UsageError("'" + text + "' is not a mode in octal, as in \"0755\"");
  return static_cast<mode_t>(mode);
}

Result<Recipe::Owner> ParseOwner(const std::string& text) {
  const size_t colon = text.find(':');
  Recipe::Owner owner{text.substr(0, colon), colon == std::string::npos ? text : text.substr(colon + 1)};
  if (!CheckUser(owner.user).empty() || !CheckUser(owner.group).empty()) {
    return UsageError("'" + text + "' is not an owner as in \"root:root\" or \"1000:1000\"");
  }
  return owner;
}

Result<Recipe::Node::Type> ParseNodeType(const std::string& text) {
  using Type = Recipe::Node::Type;
  constexpr std::pair<std::string_view, Type> kTypes[] = {{"directory", Type::kDirectory},
                                                          {"character", Type::kCharacterDevice},
                                                          {"block", Type::kBlockDevice},
                                                          {"fifo", Type::kFifo},
                                                          {"link", Type::kSymbolicLink}};
  for (const auto& [name, type] : kTypes) {
    if (text == name) return type;
  }
  Error error = UsageError("'" + text + "' is not directory, character, block, fifo or link");
  if (text == "folder") return std::move(error).WithHint("directory is the name of what was once called folder");
  return error;
}

std::string PlainFingerprint(std::string text) {
  std::erase(text, ' ');
  for (char& c : text) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string CheckPasswdField(const std::string& text) {
  if (text.find(':') != std::string::npos) return "has a ':' in it";
  return CheckLine(text);
}

}  // namespace hallmark
