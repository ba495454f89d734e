// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

/// How an exFAT filesystem turns names into capitals: each holds its own table. Two names that are equal in capitals
/// are the same name.
class ExfatUpcaseTable {
 public:
  /// The checksum of the recommended table on the disk (specification, 7.2.5.1).
  static constexpr uint32_t kRecommendedChecksum = 0xe619d30d;

  /// The table that the specification recommends.
  static const ExfatUpcaseTable& Recommended();
  /// Decodes a table as stored on disk, with or without compressed runs. kCorrupt if its length is odd, if it has too
  /// many characters, or if it turns a letter of ASCII into anything but its capital.
  static Result<ExfatUpcaseTable> Decode(ByteSpan bytes);
  /// The largest possible table in bytes: nothing is compressed.
  static constexpr uint64_t kMaxBytes = uint64_t{0x10000} * 2;

  /// The table as stored on disk, compressed like the recommended table in the specification.
  [[nodiscard]] ByteVector Encode() const;
  /// A name in capitals by this table, one unit of UTF-16 at a time.
  [[nodiscard]] std::u16string Upcase(std::u16string_view name) const;

 private:
  ExfatUpcaseTable();  // maps every character to itself
  std::vector<char16_t> capitals_;
};

}  // namespace hallmark
