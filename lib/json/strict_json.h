// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
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

/// Parses JSON that came from outside. kCorrupt, with `what` in front, on more than `max_size` bytes, more than 16
/// levels, more than 100,000 values, a key twice in one object, numbers that are not integers from 0 to 2^63 - 1, text
/// that is not UTF-8, and anything after the value.
Result<Json> ParseStrictJson(std::string_view text, size_t max_size, std::string_view what);

/// The one spelling of what we sign: two spaces a level, a line for each value, a newline at the end. Line by line, so
/// that sed and awk can read it too.
std::string CanonicalJson(const Json& value);

/// Takes the members out of an object one by one; what nobody took is an error. The first error stays, and what is
/// taken after it is empty: a reader takes all members and then asks Finish() once.
class ObjectReader {
 public:
  /// `where` is the object's place in the document, for messages: "predicate.disk".
  ObjectReader(const Json& value, std::string where);

  [[nodiscard]] bool Has(std::string_view key) const;
  /// The member itself, or null after an error.
  const Json& Take(std::string_view key);
  /// A text of at most `max_size` bytes.
  std::string TakeText(std::string_view key, size_t max_size = 256);
  uint64_t TakeNumber(std::string_view key);
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

  /// Notes that a member holds what it may not: kCorrupt "WHERE.KEY: TEXT".
  void Refuse(std::string_view key, std::string_view text);
  [[nodiscard]] std::string Place(std::string_view key) const;

  /// The first error; or that the object has a member that was not taken.
  [[nodiscard]] Result<void> Finish() const;

 private:
  void TakeHexInto(std::string_view key, MutableByteSpan out);

  const Json* object_;
  std::string where_;
  std::vector<std::string> taken_;
  std::optional<Error> error_;
};

}  // namespace hallmark
