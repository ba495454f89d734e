// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "lib/crypto/digest.h"

namespace hallmark {

/// Size and digests of a file, as the manifest has them.
struct FileDigests {
  uint64_t size = 0;  ///< bytes
  Sha256Digest sha256{};
  std::optional<Sha1Digest> sha1;
};

}  // namespace hallmark
