// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "signing/document/dsse.h"

// Who may sign what: hallmark-trust(5). A trust file holds every version since the first, so that a host which pinned
// an old version can walk to the newest: version N+1 is signed by the root keys of N and by its own (TUF, section 5.3).

namespace hallmark {

constexpr std::string_view kTrustPayloadType = "application/vnd.hallmark.trust+json";
constexpr size_t kMaxTrustSize = 4 << 20;
constexpr size_t kMaxTrustVersions = 256;
constexpr size_t kMaxKeysOfRole = 32;

/// One version of the keys that count.
struct TrustVersion {
  uint64_t version = 1;   ///< grows by one
  uint64_t expires = 0;   ///< seconds since 1970; checked when updating, never when booting
  KeyThreshold root;      ///< may sign the next version
  KeyThreshold bundle;    ///< may sign manifests of bundles
  KeyThreshold smol_bin;  ///< may sign manifests of smol-bin images

  bool operator==(const TrustVersion&) const = default;
};

/// A chain of trust versions whose every step was checked: only ParseTrust makes one.
class Trust {
 public:
  /// The version that counts.
  [[nodiscard]] const TrustVersion& newest() const { return versions_.back(); }
  /// All of them, the oldest first.
  [[nodiscard]] const std::vector<TrustVersion>& versions() const { return versions_; }

 private:
  friend Result<Trust> ParseTrust(std::string_view text);
  friend Result<std::string> ExtendTrust(std::string_view text, const TrustVersion& next,
                                         const std::vector<const Signer*>& signers);
  std::vector<TrustVersion> versions_;
  std::vector<Envelope> envelopes_;
};

/// Reads a trust file and checks each version: signed by the threshold of its own root keys and of the version before.
/// The caller trusts the file itself, or compares it with one that it trusts (CheckTrustUpdate). kCorrupt or
/// kVerification, naming the version.
Result<Trust> ParseTrust(std::string_view text);
/// ParseTrust of a file.
Result<Trust> LoadTrust(const std::filesystem::path& path);

/// The text of a trust file with `next` after the versions of `text`; `text` is empty for the first one. kUsage if
/// `signers` do not meet the thresholds of the root keys, old and new.
Result<std::string> ExtendTrust(std::string_view text, const TrustVersion& next,
                                const std::vector<const Signer*>& signers);

/// May a host that trusts `pinned` go over to `offered` at the time `now` (seconds since 1970)? kVerification: another
/// root, a version that went back, or one that has expired.
Result<void> CheckTrustUpdate(const Trust& pinned, const Trust& offered, uint64_t now);

}  // namespace hallmark
