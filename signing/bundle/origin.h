// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/crypto/digest.h"

// .NAME.origin, beside the file NAME, holds the SHA-1 of NAME as 40 hexadecimal digits and nothing else, which is what
// existing hosts read. It is a hint for tools without signatures: the signed manifest decides.

namespace hallmark {

constexpr uint64_t kMaxOriginSize = 64;  ///< bytes of a .origin that are read

/// The name of a file's origin: ".rootfs.img.origin" for "rootfs.img".
std::string OriginName(std::string_view file_name);

/// Parses 40 hexadecimal digits, in either case, and at most one newline after them. kCorrupt for anything else.
Result<Sha1Digest> ParseOrigin(std::string_view text);

/// Writes the origin beside `file`, completely or not at all: 40 lower-case digits, no newline.
Result<void> WriteOrigin(const std::filesystem::path& file, const Sha1Digest& digest);

/// The SHA-1 of a file. Holes count as zeros.
Result<Sha1Digest> Sha1OfFile(const File& file);

enum class OriginVerdict {
  kContent,   ///< the SHA-1 of the file
  kStamp,     ///< the same for several files of the directory: a release's stamp, which says nothing about the content
  kMismatch,  ///< the SHA-1 of something else
  kMissing,   ///< there is no origin
};
/// The verdict as messages and --json have it: "content", "stamp", "mismatch", "missing".
std::string_view OriginVerdictName(OriginVerdict verdict);

struct OriginCheck {
  OriginVerdict verdict = OriginVerdict::kMissing;
  std::optional<Sha1Digest> origin;
  Sha1Digest content{};
};
/// Reads a whole file and compares its SHA-1 with its origin. kNotFound if there is no such file; kCorrupt if the
/// origin is not a SHA-1 in digits.
Result<OriginCheck> CheckOrigin(const std::filesystem::path& file);

}  // namespace hallmark
