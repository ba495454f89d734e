// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

// For .cc files only: the JSON library costs every file that includes it seconds of compile time.

namespace hallmark {

using Json = nlohmann::ordered_json;

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

/// Takes the members out of an object one by one; what nobody took is an error. The first error stays, and what is
/// taken after it is empty: a reader takes all members and then asks Finish() once.
class ObjectReader {
 public:
  /// `where` is the object's place in the document, for messages: "predicate.disk". With `document`, which holds
  /// `value`, messages begin with a line and a column too; it must outlive the reader. `kind` is that of every error.
  ObjectReader(const Json& value, std::string where, const PlacedJson* document = nullptr,
               ErrorKind kind = ErrorKind::kCorrupt);

  /// Asks for a member that may be absent. It counts as known from then on: messages on others may suggest it.
  [[nodiscard]] bool Has(std::string_view key);
  /// The member itself, or null after an error.
  const Json& Take(std::string_view key);
  /// A text of at most `max_size` bytes.
  std::string TakeText(std::string_view key, size_t max_size = 256);
  uint64_t TakeNumber(std::string_view key);
  bool TakeBool(std::string_view key);
  /// An array of at most `max_size` values.
  const Json& TakeArray(std::string_view key, size_t max_size);
  /// Exactly kSize bytes in lower-case hexadecimal.
  template <size_t kSize>
  std::array<uint8_t, kSize> TakeHex(std::string_view key) {
    std::array<uint8_t, kSize> bytes{};
    TakeHexInto(key, bytes);
    return bytes;
  }
  /// Up to `max_size` bytes in lower-case hexadecimal.
  ByteVector TakeHexBytes(std::string_view key, size_t max_size);

  /// Notes that a member holds what it may not: "WHERE.KEY: TEXT".
  void Refuse(std::string_view key, std::string_view text);
  /// The same for an entry of an array that was taken: "WHERE.KEY[INDEX]: TEXT".
  void RefuseEntry(std::string_view key, size_t index, std::string_view text);
  [[nodiscard]] std::string Place(std::string_view key) const;

  /// The first error; or that the object has a member that nobody asked for, and the nearest one that it may have: this
  /// too where the nearest one is the one that is missing.
  [[nodiscard]] Result<void> Finish() const;

 private:
  void TakeHexInto(std::string_view key, MutableByteSpan out);

  /// Of the keys that were asked for. Empty: none is near.
  [[nodiscard]] std::string NearestKnown(const std::string& key) const;
  [[nodiscard]] Error UnknownKey(const std::string& key, const Json& value) const;

  const Json* object_;
  std::string where_;
  const PlacedJson* document_;
  ErrorKind kind_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
  std::string missing_;  // the key whose absence is the error
};

}  // namespace hallmark
