// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/crypto/digest.h"

namespace hallmark {

/// The source of every UUID, salt, serial and hash seed of an image. It depends on the recipe's name and architecture
/// but not on its version, so that parts that did not change between two releases keep their bytes.
class Seed {
 public:
  Seed(std::string_view recipe, std::string_view architecture);

  /// 32 bytes for one purpose: SHA-256 over the seed and `purpose`.
  [[nodiscard]] Sha256Digest Bytes(std::string_view purpose) const;
  /// The first 16 of them as a version 8 UUID (RFC 9562: custom), in the order of its text form.
  [[nodiscard]] std::array<uint8_t, 16> Uuid(std::string_view purpose) const;
  /// The first 4 of them, little-endian: a volume's serial number.
  [[nodiscard]] uint32_t Serial(std::string_view purpose) const;

 private:
  std::string text_;
};

}  // namespace hallmark
