// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

/// What a lock notes of a Release file.
struct ReleaseFile {
  std::string origin;  ///< "unknown" if it says none
  uint64_t date = 0;   ///< seconds since 1970
};

/// Reads a Release file, or an InRelease: the same text between the lines of a clear signature, which is not checked
/// here. kCorrupt if its Date is missing or not one.
Result<ReleaseFile> ParseReleaseFile(std::string_view text);

}  // namespace hallmark
