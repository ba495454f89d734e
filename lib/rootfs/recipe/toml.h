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

/// A place in a text: line and column, from 1.
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

/// The document that is being read: how its errors begin ("FILE:LINE:COLUMN: ...") and which kind they have.
struct TomlDocument {
  std::filesystem::path file;
  ErrorKind kind = ErrorKind::kUsage;

  /// An error at a place of the document.
  [[nodiscard]] Error At(TextPosition position, std::string_view message) const;
};

/// Parses `text`, at most 16 MiB, into its top-level table. An error names the place.
Result<TomlValue> ParseToml(std::string_view text, const TomlDocument& document);

/// Stores one value where it belongs, or returns what is wrong with it.
using TomlTake = std::function<Result<void>(const TomlValue&)>;

/// One key that a table may have.
struct TomlField {
  std::string_view key;
  TomlTake take;
  bool required = false;
};

/// Reads a table: each value goes to the field of its key. A key without a field is an error, which names the nearest
/// known key; a missing required key is an error too. `name` is the table's name in errors: "[apt]".
Result<void> ReadTomlTable(const TomlDocument& document, const TomlValue& table, std::string_view name,
                           const std::vector<TomlField>& fields);

/// Says what is wrong with a string, as the end of a sentence ("is not ..."). Empty if nothing is.
using TomlCheck = std::function<std::string(const std::string&)>;

/// Makes a TomlTake for each type of value. Their targets must live until the document is read.
class TomlTaker {
 public:
  explicit TomlTaker(const TomlDocument& document) : document_(document) {}

  /// A string that passes `check`.
  [[nodiscard]] TomlTake String(std::string* out, TomlCheck check = {}) const;
  /// A list of strings; appends them to `out`.
  [[nodiscard]] TomlTake Strings(std::vector<std::string>* out, TomlCheck check = {}) const;
  /// true or false.
  [[nodiscard]] TomlTake Boolean(bool* out) const;
  /// An integer from `minimum` to `maximum`.
  [[nodiscard]] TomlTake Integer(uint64_t* out, uint64_t minimum, uint64_t maximum) const;
  /// A string, passed to `convert`. Its errors get the place in front and keep their next step.
  [[nodiscard]] TomlTake Converted(std::function<Result<void>(const std::string&)> convert) const;
  /// A list of tables; calls `take` for each, in order.
  [[nodiscard]] TomlTake Tables(TomlTake take) const;

  /// Fails with the types' names unless `value` is a `type`.
  [[nodiscard]] Result<void> Expect(const TomlValue& value, TomlValue::Type type) const;

 private:
  const TomlDocument& document_;
};

/// `text` as a TOML basic string, quotes included.
std::string QuoteToml(std::string_view text);

}  // namespace hallmark
