// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/digest.h"
#include "signing/bundle/manifest.h"

// Digests in files beside files. .NAME.origin holds the SHA-1 of NAME in 40 hexadecimal digits and nothing else, as
// existing hosts read it; SHA256SUMS is what `sha256sum -c --strict` reads. Both are hints for tools that know no
// better: the signed manifest decides.

namespace hallmark {

constexpr std::string_view kSumsName = "SHA256SUMS";

/// "rootfs.img" to ".rootfs.img.origin".
std::string OriginName(std::string_view file_name);

/// 40 hexadecimal digits, in either case, with at most one newline behind them.
Result<Sha1Digest> ParseOrigin(std::string_view text);

/// The origin beside `file`; kNotFound if there is none.
Result<Sha1Digest> ReadOrigin(const std::filesystem::path& file);
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

/// One line of SHA256SUMS.
struct Sum {
  std::string name;
  Sha256Digest sha256{};

  bool operator==(const Sum&) const = default;
};
/// The text of SHA256SUMS: a line for each, in their order.
std::string FormatSums(const std::vector<Sum>& sums);
/// kCorrupt, naming the line: lower-case digits, a space, a space or '*', and the plain name of a file, each once.
Result<std::vector<Sum>> ParseSums(std::string_view text);

/// The SHA256SUMS of a bundle: its artifacts as the manifest has them, and the small files around the manifest as they
/// are, but for those that `texts` is about to replace (by name).
Result<std::string> MakeBundleSums(const std::filesystem::path& bundle, const Manifest& manifest,
                                   const std::map<std::string_view, std::string>& texts);
/// Writes MakeBundleSums of what is there.
Result<void> WriteBundleSums(const std::filesystem::path& bundle, const Manifest& manifest);
/// kVerification if SHA256SUMS, where there is one, does not agree with the manifest and the files around it.
Result<void> CheckBundleSums(const std::filesystem::path& bundle, const Manifest& manifest);

}  // namespace hallmark
