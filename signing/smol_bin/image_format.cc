// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/image_format.h"

#include <algorithm>
#include <string>

#include "lib/base/bytes.h"
#include "lib/crypto/digest.h"

namespace hallmark {
namespace {

constexpr int64_t kFirstExfatSecond = 315532800;  // 1980-01-01

}  // namespace

uint32_t SmolBinSerial(std::string_view architecture) {
  const Sha256Digest seed = Sha256(AsBytes("hallmark smol-bin\n" + std::string(architecture)));
  return static_cast<uint32_t>(seed[0] | seed[1] << 8 | seed[2] << 16 | static_cast<uint32_t>(seed[3]) << 24);
}

Timestamp SmolBinTime(const SmolBinManifest& manifest) {
  return {.seconds = std::max(static_cast<int64_t>(manifest.source_date_epoch), kFirstExfatSecond)};
}

}  // namespace hallmark
