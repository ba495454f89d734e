// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/json/object_reader.h"

// JSON that is built here or kept whole. This header hides the JSON library: files that include that one take seconds
// to compile.

namespace hallmark {

/// One JSON value of any kind, which this object owns. It accepts text that is not UTF-8, and writes U+FFFD in place of
/// the bytes that are wrong.
class JsonValue {
 public:
  /// A member of an object.
  using Member = std::pair<std::string_view, JsonValue>;

  /// null.
  JsonValue() : JsonValue(nullptr) {}
  JsonValue(std::nullptr_t);
  JsonValue(std::same_as<bool> auto truth) : JsonValue(Truth{truth}) {}
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) JsonValue(Number number) : JsonValue(std::in_place, FitNumber(number)) {}
  JsonValue(std::string_view text);
  JsonValue(const std::string& text) : JsonValue(std::string_view(text)) {}
  JsonValue(const char* text) : JsonValue(std::string_view(text)) {}
  JsonValue(double number);
  /// null if `number` is empty.
  JsonValue(const std::optional<uint64_t>& number);
  /// An array.
  template <typename Value>
  JsonValue(const std::vector<Value>& values) : JsonValue(Array()) {
    for (const Value& value : values) Append(value);
  }
  explicit JsonValue(Json&& json);
  explicit JsonValue(const Json& json);

  /// An object with these members, in their order.
  static JsonValue Object(std::initializer_list<Member> members = {});
  /// An array, for Append().
  static JsonValue Array();

  JsonValue(const JsonValue& other);
  JsonValue(JsonValue&& other) noexcept;
  JsonValue& operator=(const JsonValue& other);
  JsonValue& operator=(JsonValue&& other) noexcept;
  ~JsonValue();

  /// Of an object: adds a member, or replaces it.
  JsonValue& Set(std::string_view key, const JsonValue& value);
  /// Of an array: adds an entry at its end.
  JsonValue& Append(const JsonValue& value);

  /// True for an object.
  [[nodiscard]] bool IsObject() const;
  /// The value of a member that is a number from 0 up; nothing if it is missing or something else.
  [[nodiscard]] std::optional<uint64_t> Number(std::string_view key) const;
  /// The value as JSON, on one line, without blanks.
  [[nodiscard]] std::string Text() const;
  /// The value in the canonical form that we sign: two spaces per level, one line per value, a newline at the end. sed
  /// and awk can read it line by line, too.
  [[nodiscard]] std::string CanonicalText() const;

  /// For ObjectReader, and for sources that include the library. After a move from this object, it may only be assigned
  /// to.
  [[nodiscard]] const Json& json() const { return *json_; }

 private:
  struct Truth {
    bool value;
  };
  explicit JsonValue(Truth truth);
  JsonValue(std::in_place_t, uint64_t number);
  JsonValue(std::in_place_t, int64_t number);
  static uint64_t FitNumber(std::unsigned_integral auto number) { return number; }
  static int64_t FitNumber(std::signed_integral auto number) { return number; }

  std::unique_ptr<Json> json_;
};

/// Parses JSON that came from outside, as ParseStrictJson() does.
Result<JsonValue> ParseJsonValue(std::string_view text, size_t max_size, std::string_view what);

}  // namespace hallmark
