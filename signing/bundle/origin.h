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

// A digest in a file beside a file: .NAME.origin holds the SHA-1 of NAME in 40 hexadecimal digits and nothing else, as
// existing hosts read it. It is a hint for tools that know no better: the signed manifest decides.

namespace hallmark {

constexpr uint64_t kMaxOriginSize = 64;  ///< bytes of a .origin that are read

/// "rootfs.img" to ".rootfs.img.origin".
std::string OriginName(std::string_view file_name);

/// 40 hexadecimal digits, in either case, with at most one newline behind them.
Result<Sha1Digest> ParseOrigin(std::string_view text);

/// Writes the origin beside `file`, whole or not at all: 40 lower-case digits, no newline.
Result<void> WriteOrigin(const std::filesystem::path& file, const Sha1Digest& digest);

/// The SHA-1 of a file. Holes are hashed as the zeros they stand for.
Result<Sha1Digest> Sha1OfFile(const File& file);

enum class OriginVerdict {
  kContent,  ///< it is the file's SHA-1
  kStamp,  ///< it stands beside other files of the directory too: a release's stamp, which says nothing of the content
  kMismatch,  ///< it is the SHA-1 of something else
  kMissing,   ///< there is none
};
std::string_view OriginVerdictName(OriginVerdict verdict);

struct OriginCheck {
  OriginVerdict verdict = OriginVerdict::kMissing;
  std::optional<Sha1Digest> origin;
  Sha1Digest content{};
};
/// Holds a file, all of which is read, against its origin. kNotFound if there is no such file; kCorrupt if the origin
/// is not the digits of a SHA-1.
Result<OriginCheck> CheckOrigin(const std::filesystem::path& file);

}  // namespace hallmark
