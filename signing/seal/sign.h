// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/ed25519.h"
#include "signing/document/trust.h"

namespace hallmark {

struct SignOptions {
  std::vector<const Signer*> signers;
  /// Sets the bundle's sequence and removes signatures of another sequence. Absent: the manifest's bytes stay, and
  /// signatures are added.
  std::optional<uint64_t> sequence;
  /// Only with `sequence`: the lowest sequence that hosts may go back to. Default: `sequence` itself, so that hosts
  /// never go back.
  std::optional<uint64_t> least_sequence;
  /// The text of a trust file to put into the bundle, in place of an older one. Every signer must be one of its bundle
  /// keys or of those of the trust file in the bundle.
  std::optional<std::string> trust_text;
};

struct SignReport {
  uint64_t sequence = 0;
  size_t signatures = 0;           ///< on the bundle now
  std::optional<size_t> trusted;   ///< how many of them are by keys of the trust file
  std::optional<size_t> required;  ///< the threshold of the trust file
};

/// Signs a bundle: writes manifest.json, manifest.dsse.json, manifest.json.minisig, trust.json and SHA256SUMS. kUsage
/// if there is no sequence, if it is lower than before, or if the trust file does not have a key. kVerification if a
/// file's size differs from the manifest, or if guests of this release would refuse the smol-bin.
Result<SignReport> SignBundle(const std::filesystem::path& bundle, const SignOptions& options);

}  // namespace hallmark
