// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

/// What a lock records of a Release file.
struct ReleaseFile {
  std::string origin;  ///< "unknown" if the file has none
  uint64_t date = 0;   ///< seconds since 1970
};

/// Reads a Release file, or an InRelease, which is the same text inside a clear signature; the signature is not checked
/// here. kCorrupt if its Date is missing or malformed.
Result<ReleaseFile> ParseReleaseFile(std::string_view text);

}  // namespace hallmark
