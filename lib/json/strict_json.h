// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/json/object_reader.h"

// For .cc files only: the JSON library costs every file that includes it seconds of compile time.

namespace hallmark {

/// Parses JSON that came from outside. kCorrupt, with "WHAT:LINE:COLUMN: " in front, on more than `max_size` bytes,
/// more than 16 levels, more than 100,000 values, a key twice in one object, numbers that are not integers from 0 to
/// 2^63 - 1, text that is not UTF-8, a byte order mark, a NUL, and anything after the value.
Result<Json> ParseStrictJson(std::string_view text, size_t max_size, std::string_view what);

/// Where a value stands in its text, both from 1; columns count characters.
struct JsonPlace {
  uint32_t line = 0;
  uint32_t column = 0;
};

/// A document that still knows where its values stood: for files that people write.
class PlacedJson {
 public:
  /// As ParseStrictJson.
  static Result<PlacedJson> Parse(std::string_view text, size_t max_size, std::string_view what);

  [[nodiscard]] const Json& value() const { return *value_; }
  /// Of any value inside value().
  [[nodiscard]] JsonPlace PlaceOf(const Json& value) const { return places_.at(&value); }
  /// Of the key of a member of an object.
  [[nodiscard]] JsonPlace PlaceOfKeyOf(const Json& value) const { return key_places_.at(&value); }
  /// "WHAT:LINE:COLUMN: "
  [[nodiscard]] std::string Prefix(JsonPlace place) const;

 private:
  void Note(const Json& value, const std::vector<JsonPlace>& places, size_t& next);

  std::string what_;
  std::unique_ptr<const Json> value_;  // where it is stays, so that addresses do
  std::map<const Json*, JsonPlace> places_;
  std::map<const Json*, JsonPlace> key_places_;
};

/// The one spelling of what we sign: two spaces a level, a line for each value, a newline at the end. Line by line, so
/// that sed and awk can read it too.
std::string CanonicalJson(const Json& value);

}  // namespace hallmark
