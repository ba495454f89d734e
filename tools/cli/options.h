// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "tools/cli/verb.h"

namespace hallmark::cli {

/// What a person gave a verb. Asking for a name that the verb's Options do not have is a bug, and ends the program.
class Parsed {
 public:
  /// True if the option was given. A default does not count.
  [[nodiscard]] bool Has(std::string_view name) const { return !values_.at(std::string(name)).given.empty(); }
  /// The text that was given last, or the default; empty if there is neither.
  [[nodiscard]] const std::string& Text(std::string_view name) const { return values_.at(std::string(name)).text; }
  /// Every text that was given, in order.
  [[nodiscard]] const std::vector<std::string>& Texts(std::string_view name) const {
    return values_.at(std::string(name)).given;
  }
  /// The number, or the size in bytes, that was given last, or the default; 0 if there is neither.
  [[nodiscard]] uint64_t Number(std::string_view name) const { return values_.at(std::string(name)).number; }

 private:
  friend class Options;
  struct Value {
    std::vector<std::string> given;
    std::string text;
    uint64_t number = 0;
  };
  std::map<std::string, Value, std::less<>> values_;
};

/// The options and arguments of a verb. An option is named "json", or "q,quiet" if it has a letter too. If it is given
/// several times, the last one counts.
class Options {
 public:
  /// The range of a number, and its default.
  struct NumberRange {
    std::optional<uint64_t> fallback;
    uint64_t min = 0;
    uint64_t max = UINT64_MAX;
  };

  /// `program` is what the person types before the arguments, "hallmark verify"; `usage` is what may follow it;
  /// `summary` says what the verb does.
  Options(const std::string& program, const std::string& usage, const std::string& summary);
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  ~Options();

  /// Adds an option without a value.
  void AddFlag(const std::string& names, const std::string& help);
  /// Adds an option with a value, which the help calls `value`.
  void AddText(const std::string& names, const std::string& value, const std::string& help,
               const std::optional<std::string>& fallback = std::nullopt);
  /// Adds an option that can be repeated; all its values count: see Parsed::Texts().
  void AddTexts(const std::string& names, const std::string& value, const std::string& help);
  /// Adds an option with a number, decimal or hexadecimal after 0x.
  void AddNumber(const std::string& names, const std::string& value, const std::string& help, NumberRange range);
  /// Adds an option with a number of bytes, in the form that ParseSize() takes.
  void AddSize(const std::string& names, const std::string& help,
               const std::optional<std::string>& fallback = std::nullopt);
  /// Adds the next argument without a dash, which messages call `value`.
  void AddArgument(const std::string& name, const std::string& value);
  /// Adds all further arguments.
  void AddArguments(const std::string& name, const std::string& value);
  /// Puts the options added from here on under a heading of their own in the help.
  void BeginGroup(const std::string& heading);
  /// Names options and arguments that are required.
  void Require(std::initializer_list<std::string_view> names);

  /// Parses the arguments. Adds --help; if it is given, prints the help and returns empty. kUsage, with the verb's help
  /// as the next step, for anything that is not allowed.
  Result<std::optional<Parsed>> Parse(const Arguments& arguments, Output& output);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Parses "10G", "512MiB" or "4096" to bytes; K to T are powers of 1024. kUsage names `option`.
Result<uint64_t> ParseSize(std::string_view text, std::string_view option);

}  // namespace hallmark::cli
