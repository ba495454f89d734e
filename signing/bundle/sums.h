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

// SHA256SUMS, which `sha256sum -c --strict` reads: a hint for tools that know no better. The signed manifest decides.

namespace hallmark {

constexpr std::string_view kSumsName = "SHA256SUMS";

/// One line of SHA256SUMS.
struct Sum {
  std::string name;
  Sha256Digest sha256{};

  bool operator==(const Sum&) const = default;
};
/// The text of SHA256SUMS: a line for each, in their order.
std::string FormatSums(const std::vector<Sum>& sums);
/// kCorrupt, naming the line and not the file: lower-case digits, a space, a space or '*', and the plain name of a
/// file, each once.
Result<std::vector<Sum>> ParseSums(std::string_view text);

/// The SHA256SUMS of a bundle: its artifacts as the manifest has them, and the small files around the manifest as they
/// are, but for those that `texts` is about to replace (by name).
Result<std::string> MakeBundleSums(SignedDirectory& bundle, const Manifest& manifest,
                                   const std::map<std::string_view, std::string>& texts);
/// Writes MakeBundleSums of what is there.
Result<void> WriteBundleSums(const std::filesystem::path& bundle, const Manifest& manifest);
/// What of SHA256SUMS, where there is one, does not agree with the manifest and the files around it.
Result<std::optional<Finding>> CheckBundleSums(SignedDirectory& bundle, const Manifest& manifest);

}  // namespace hallmark
