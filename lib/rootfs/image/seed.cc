// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/seed.h"

#include <algorithm>

#include "lib/base/endian.h"

namespace hallmark {

Seed::Seed(std::string_view recipe, std::string_view architecture)
    : text_("hallmark seed 1\n" + std::string(recipe) + "\n" + std::string(architecture) + "\n") {}

Sha256Digest Seed::Bytes(std::string_view purpose) const { return Sha256(AsBytes(text_ + std::string(purpose))); }

std::array<uint8_t, 16> Seed::Uuid(std::string_view purpose) const {
  const Sha256Digest bytes = Bytes(purpose);
  std::array<uint8_t, 16> uuid;
  std::copy_n(bytes.begin(), uuid.size(), uuid.begin());
  uuid[6] = static_cast<uint8_t>((uuid[6] & 0x0f) | 0x80);  // version 8
  uuid[8] = static_cast<uint8_t>((uuid[8] & 0x3f) | 0x80);  // variant of RFC 9562
  return uuid;
}

uint32_t Seed::Serial(std::string_view purpose) const { return *ReadStruct<Le32>(Bytes(purpose), "serial"); }

}  // namespace hallmark
