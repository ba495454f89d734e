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
  /// Sets the bundle's sequence, and drops signatures of another one. Without it, the manifest's bytes stay, and
  /// signatures are added.
  std::optional<uint64_t> sequence;
  /// With `sequence` only: what hosts go back to at most. By default `sequence` itself: never back.
  std::optional<uint64_t> least_sequence;
  /// Text of a trust file to put into the bundle, in place of an older one. Every signer must be one of its bundle
  /// keys, or of those of the one that is there already.
  std::optional<std::string> trust_text;
};

struct SignReport {
  uint64_t sequence = 0;
  size_t signatures = 0;           ///< on the bundle now
  std::optional<size_t> trusted;   ///< of them by keys of the trust file
  std::optional<size_t> required;  ///< the trust file's threshold
};

/// Signs a bundle: manifest.json, manifest.dsse.json, manifest.json.minisig, trust.json, SHA256SUMS. kUsage without a
/// sequence, with one that goes back, or with a key that the trust file does not know; kVerification if a file of the
/// bundle has another size than its manifest says, or its smol-bin is one that guests of this release would refuse.
Result<SignReport> SignBundle(const std::filesystem::path& bundle, const SignOptions& options);

}  // namespace hallmark
