// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace hallmark::cli {

/// What --json prints. A verb only builds such a value, so no verb pays for compiling the JSON library.
class Json {
 public:
  struct Member;

  /// null
  Json();
  // From what a report holds, without a word: {"size", report.size}.
  Json(bool value);
  Json(double value);
  Json(std::string_view value);
  Json(const char* value) : Json(std::string_view(value)) {}
  Json(const std::string& value) : Json(std::string_view(value)) {}
  template <std::unsigned_integral Number>
  Json(Number value) : Json(Unsigned{value}) {}
  /// An array.
  template <typename Value>
  Json(const std::vector<Value>& values) : Json(Array()) {
    for (const Value& value : values) Add(value);
  }
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  /// An empty array.
  static Json Array();
  /// An object; its members keep their order.
  static Json Object(std::initializer_list<Member> members);

  /// Puts a member at the end of an object.
  Json& Set(std::string_view key, Json value);
  /// Puts a value at the end of an array.
  Json& Add(Json value);

  /// As it is printed, with two spaces a level. Text that is not UTF-8, as file names may be, gets replacement
  /// characters.
  [[nodiscard]] std::string Text() const;

 private:
  struct Unsigned {
    uint64_t value;
  };
  explicit Json(Unsigned number);

  std::unique_ptr<nlohmann::ordered_json> value_;
};

struct Json::Member {
  std::string_view key;
  Json value;
};

}  // namespace hallmark::cli
