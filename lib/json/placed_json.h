// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/json/object_reader.h"

namespace hallmark {

/// The place of a value in its text: line and column from 1; columns count characters.
struct JsonPlace {
  uint32_t line = 0;
  uint32_t column = 0;
};

/// A document that remembers the places of its values: for files that people write.
class PlacedJson {
 public:
  /// Parses as ParseJsonValue() does.
  static Result<PlacedJson> Parse(std::string_view text, size_t max_size, std::string_view what);

  PlacedJson(PlacedJson&&) noexcept;
  PlacedJson& operator=(PlacedJson&&) noexcept;
  ~PlacedJson();

  [[nodiscard]] const Json& value() const { return *value_; }
  /// The place of any value inside value().
  [[nodiscard]] JsonPlace PlaceOf(const Json& value) const { return places_.at(&value); }
  /// The place of the key of the member that has this value.
  [[nodiscard]] JsonPlace PlaceOfKeyOf(const Json& value) const { return key_places_.at(&value); }
  /// "WHAT:LINE:COLUMN: "
  [[nodiscard]] std::string Prefix(JsonPlace place) const;

 private:
  PlacedJson();
  void Note(const Json& value, const std::vector<JsonPlace>& places, size_t& next);

  std::string what_;
  std::unique_ptr<const Json> value_;  // on the heap, so that a move does not change the addresses
  std::map<const Json*, JsonPlace> places_;
  std::map<const Json*, JsonPlace> key_places_;
};

}  // namespace hallmark
