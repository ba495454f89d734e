// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

/// How an exFAT filesystem turns names into capitals: it holds its own table for that. Names that are equal in capitals
/// are one name.
class ExfatUpcaseTable {
 public:
  /// The checksum of the recommended table on the disk (specification, 7.2.5.1).
  static constexpr uint32_t kRecommendedChecksum = 0xe619d30d;

  /// The table that the specification recommends.
  static const ExfatUpcaseTable& Recommended();
  /// A table as it lies on the disk, with or without its identities compressed. kCorrupt if it has an odd length or too
  /// many characters, or turns a letter of ASCII into anything but its capital.
  static Result<ExfatUpcaseTable> Decode(ByteSpan bytes);
  /// The largest table there can be, in bytes: nothing compressed.
  static constexpr uint64_t kMaxBytes = uint64_t{0x10000} * 2;

  /// As it is to lie on the disk, compressed as the recommended table is in the specification.
  [[nodiscard]] ByteVector Encode() const;
  [[nodiscard]] std::u16string Upcase(std::u16string_view name) const;

 private:
  ExfatUpcaseTable();  // every character as itself
  std::vector<char16_t> capitals_;
};

}  // namespace hallmark
