// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

// Headers may include this file: it only declares the JSON type and does not include the JSON library.

namespace hallmark {

using Json = nlohmann::ordered_json;
class PlacedJson;

/// Takes the members of an object one by one; a member that was not taken is an error. The first error is kept, and
/// every later take returns an empty value: a reader takes all members and then calls Finish() once.
class ObjectReader {
 public:
  /// `where` is the object's place in the document, for messages: "predicate.disk". With `document`, which holds
  /// `value` and must outlive the reader, messages begin with a line and a column too. Every error has the kind `kind`.
  ObjectReader(const Json& value, std::string where, const PlacedJson* document = nullptr,
               ErrorKind kind = ErrorKind::kCorrupt);

  /// True if the object has the member. The key counts as known from then on: messages about other keys may suggest it.
  [[nodiscard]] bool Has(std::string_view key);
  /// The member itself, or null after an error.
  const Json& Take(std::string_view key);
  /// A text of at most `max_size` bytes.
  std::string TakeText(std::string_view key, size_t max_size = 256);
  /// A number from 0 up; 0 after an error.
  uint64_t TakeNumber(std::string_view key);
  /// true or false; false after an error.
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

  /// Records the error that a member has a value that it may not have: "WHERE.KEY: TEXT".
  void Refuse(std::string_view key, std::string_view text);
  /// The same for an entry of an array that was taken: "WHERE.KEY[INDEX]: TEXT".
  void RefuseEntry(std::string_view key, size_t index, std::string_view text);
  /// "WHERE.KEY": the member's place in the document, for messages.
  [[nodiscard]] std::string Place(std::string_view key) const;

  /// The first error. If there is none, the error that the object has a member that nobody asked for, with the nearest
  /// known key. This one also comes in place of a missing member if that member's key is the nearest.
  [[nodiscard]] Result<void> Finish() const;

 private:
  void TakeHexInto(std::string_view key, MutableByteSpan out);

  /// The nearest of the keys that were asked for; empty if none is near.
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

/// The entries of an array of at most `max_count`; the reader's value owns them. Empty after an error.
std::vector<const Json*> TakeEntries(ObjectReader& reader, std::string_view key, size_t max_count);
/// The members of an object; the reader's value owns them. Anything else is refused as "not an object".
std::vector<std::pair<std::string, const Json*>> TakeMembers(ObjectReader& reader, std::string_view key);
/// The text of a value; nothing if the value is not a text.
std::optional<std::string> TextOf(const Json& value);

}  // namespace hallmark
