// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// Where something stands in a text, counted from 1.
struct TextPosition {
  uint32_t line = 1;
  uint32_t column = 1;
};

/// A TOML value (toml.io v1.0.0) with its place in the text.
struct TomlValue {
  enum class Type { kString, kInteger, kFloat, kBoolean, kDate, kArray, kTable };
  struct Member;

  Type type = Type::kTable;
  TextPosition position;
  std::string string;
  int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::vector<TomlValue> items;  ///< of an array
  std::vector<Member> members;   ///< of a table, sorted by key
};
struct TomlValue::Member {
  std::string key;
  TextPosition position;  ///< of the key
  TomlValue value;
};

/// The document that is being read: what its errors begin with ("FILE:LINE:COLUMN: ...") and of which kind they are.
struct TomlDocument {
  std::filesystem::path file;
  ErrorKind kind = ErrorKind::kUsage;

  /// An error at a place of the document.
  [[nodiscard]] Error At(TextPosition position, std::string_view message) const;
};

/// The top table of `text`, at most 16 MiB. An error names the place.
Result<TomlValue> ParseToml(std::string_view text, const TomlDocument& document);

/// Takes one value into its place, or says what is wrong with it.
using TomlTake = std::function<Result<void>(const TomlValue&)>;

/// One key that a table may have.
struct TomlField {
  std::string_view key;
  TomlTake take;
  bool required = false;
};

/// Reads a table: every value goes to the field of its key. A key without a field is an error, which names the nearest
/// key that has one; so is a required key that is missing. `name` is what errors call the table: "[apt]".
Result<void> ReadTomlTable(const TomlDocument& document, const TomlValue& table, std::string_view name,
                           const std::vector<TomlField>& fields);

/// Says what is wrong with a string, as the end of a sentence ("is not ..."). Empty if nothing is.
using TomlCheck = std::function<std::string(const std::string&)>;

/// Ways to take a value of one type. What they point to must live until the document is read.
class TomlTaker {
 public:
  explicit TomlTaker(const TomlDocument& document) : document_(document) {}

  /// A string that `check` finds nothing wrong with.
  [[nodiscard]] TomlTake String(std::string* out, TomlCheck check = {}) const;
  /// A list of strings; appended to `out`.
  [[nodiscard]] TomlTake Strings(std::vector<std::string>* out, TomlCheck check = {}) const;
  /// true or false.
  [[nodiscard]] TomlTake Boolean(bool* out) const;
  /// An integer from `minimum` to `maximum`.
  [[nodiscard]] TomlTake Integer(uint64_t* out, uint64_t minimum, uint64_t maximum) const;
  /// A string that `convert` turns into something. Its error gets the place in front, and keeps its next step.
  [[nodiscard]] TomlTake Converted(std::function<Result<void>(const std::string&)> convert) const;
  /// A list of tables; `take` is called for each in turn.
  [[nodiscard]] TomlTake Tables(TomlTake take) const;

  /// Fails with the types' names unless `value` is a `type`.
  [[nodiscard]] Result<void> Expect(const TomlValue& value, TomlValue::Type type) const;

 private:
  const TomlDocument& document_;
};

/// `text` as a TOML basic string, quotes included.
std::string QuoteToml(std::string_view text);

}  // namespace hallmark
