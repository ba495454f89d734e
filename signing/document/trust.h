// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "signing/document/dsse.h"

// Who may sign what: hallmark-trust(5). A trust file holds every version since the first, so a host that pinned an old
// version can step to the newest: version N+1 is signed by the root keys of N and by its own (TUF, section 5.3).

namespace hallmark {

constexpr std::string_view kTrustPayloadType = "application/vnd.hallmark.trust+json";
constexpr size_t kMaxTrustSize = 4 << 20;
constexpr size_t kMaxTrustVersions = 256;
constexpr size_t kMaxKeysOfRole = 32;

/// One version of the trusted keys.
struct TrustVersion {
  uint64_t version = 1;   ///< each version is one more than the version before
  uint64_t expires = 0;   ///< seconds since 1970; checked when updating, never when booting
  KeyThreshold root;      ///< may sign the next version
  KeyThreshold bundle;    ///< may sign manifests of bundles
  KeyThreshold smol_bin;  ///< may sign manifests of smol-bin images

  bool operator==(const TrustVersion&) const = default;
};

/// A chain of trust versions, every step of which was checked. Only ParseTrust() makes one.
class Trust {
 public:
  /// The version that counts.
  [[nodiscard]] const TrustVersion& newest() const { return versions_.back(); }
  /// All versions, the oldest first.
  [[nodiscard]] const std::vector<TrustVersion>& versions() const { return versions_; }

 private:
  friend Result<Trust> ParseTrust(std::string_view text);
  friend Result<std::string> ExtendTrust(std::string_view text, const TrustVersion& next,
                                         const std::vector<const Signer*>& signers);
  std::vector<TrustVersion> versions_;
  std::vector<Envelope> envelopes_;
};

/// Parses a trust file and checks that each version is signed by the threshold of its own root keys and of those of the
/// version before. The caller trusts the file itself, or compares it with one that it trusts (CheckTrustUpdate()).
/// kCorrupt or kVerification names the version.
Result<Trust> ParseTrust(std::string_view text);
/// ParseTrust() for a file.
Result<Trust> LoadTrust(const std::filesystem::path& path);

/// The text of a trust file with `next` after the versions of `text`, which is empty for the first version. kUsage if
/// `signers` do not meet the thresholds of the old and the new root keys.
Result<std::string> ExtendTrust(std::string_view text, const TrustVersion& next,
                                const std::vector<const Signer*>& signers);

/// Checks whether a host that trusts `pinned` may update to `offered` at the time `now` (seconds since 1970).
/// kVerification if the root is another one, the version is lower, or `offered` has expired.
Result<void> CheckTrustUpdate(const Trust& pinned, const Trust& offered, uint64_t now);

}  // namespace hallmark
