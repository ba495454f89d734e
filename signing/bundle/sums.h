// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/digest.h"
#include "signing/bundle/manifest.h"
#include "signing/document/finding.h"
#include "signing/document/signed_directory.h"

// SHA256SUMS, which `sha256sum -c --strict` reads: a hint for tools without signatures. The signed manifest decides.

namespace hallmark {

constexpr std::string_view kSumsName = "SHA256SUMS";

/// One line of SHA256SUMS.
struct Sum {
  std::string name;
  Sha256Digest sha256{};

  bool operator==(const Sum&) const = default;
};
/// The text of SHA256SUMS: one line for each entry, in order.
std::string FormatSums(const std::vector<Sum>& sums);
/// Parses lines of lower-case digits, a space, a space or '*', and the plain name of a file; each name once. kCorrupt
/// names the line but not the file.
Result<std::vector<Sum>> ParseSums(std::string_view text);

/// The SHA256SUMS of a bundle: the artifacts as the manifest has them, and the small files around the manifest as they
/// are on disk. For the small files that are about to be replaced, `texts` has the new content by name.
Result<std::string> MakeBundleSums(SignedDirectory& bundle, const Manifest& manifest,
                                   const std::map<std::string_view, std::string>& texts);
/// Writes MakeBundleSums() of the current files.
Result<void> WriteBundleSums(const std::filesystem::path& bundle, const Manifest& manifest);
/// Compares SHA256SUMS with the manifest and the files around it. Empty if they agree, or if there is no SHA256SUMS.
Result<std::optional<Finding>> CheckBundleSums(SignedDirectory& bundle, const Manifest& manifest);

}  // namespace hallmark
