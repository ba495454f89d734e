// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/sidecars.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/base/bytes.h"
#include "signing/bundle/origin.h"
#include "signing/bundle/sidecar.h"
#include "signing/bundle/sums.h"
#include "signing/document/file_names.h"
#include "signing/document/minisign.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxMinisig = 64 << 10;

Result<std::optional<Finding>> CheckMinisig(SignedDirectory& bundle, const VerifiedManifest& manifest,
                                            const Trust& trust) {
  ASSIGN_OR_RETURN(Sidecar sidecar, ReadSidecar(bundle, kMinisigName, kMaxMinisig));
  if (!sidecar.text) return std::move(sidecar.finding);
  const std::string name(kMinisigName);
  const Result<MinisignSignature> signature = ParseMinisign(*sidecar.text);
  if (!signature.ok()) return std::optional(Finding{Verdict::kMalformed, name, signature.error().message});
  const std::vector<PublicKey>& keys = trust.newest().bundle.keys;
  const bool good = std::any_of(keys.begin(), keys.end(), [&](const PublicKey& key) {
    return VerifiesMinisign(*signature, manifest.text(), key);
  });
  if (good) return std::optional<Finding>();
  return std::optional(Finding{Verdict::kUntrusted, name, "not signed by a trusted key"});
}

/// The origin of one artifact in the bundle.
struct FoundOrigin {
  const Artifact* artifact = nullptr;
  std::optional<Sha1Digest> digest;
  std::optional<Finding> finding;  ///< why it can't be read
};

Result<std::vector<FoundOrigin>> ReadOrigins(SignedDirectory& bundle, const Manifest& manifest) {
  std::vector<FoundOrigin> origins;
  for (const Artifact& artifact : manifest.artifacts) {
    const std::string name = OriginName(manifest.FileName(artifact.role));
    ASSIGN_OR_RETURN(Sidecar sidecar, ReadSidecar(bundle, name, kMaxOriginSize));
    FoundOrigin origin{&artifact, std::nullopt, std::move(sidecar.finding)};
    if (sidecar.text) {
      const Result<Sha1Digest> digest = ParseOrigin(*sidecar.text);
      if (digest.ok()) origin.digest = *digest;
      if (!digest.ok()) origin.finding = Finding{Verdict::kMalformed, name, digest.error().message};
    }
    origins.push_back(std::move(origin));
  }
  return origins;
}

std::optional<Finding> CheckOrigin(const FoundOrigin& origin, const Manifest& manifest,
                                   const std::vector<FoundOrigin>& all) {
  if (!origin.digest) return origin.finding;
  const std::optional<Sha1Digest>& expected = origin.artifact->sha1;
  if (expected && *origin.digest == *expected) return std::nullopt;
  const std::string file = manifest.FileName(origin.artifact->role);
  const std::string name = OriginName(file);
  if (!expected) return Finding{Verdict::kOrigin, name, "is there, and the manifest has no SHA-1 of " + file};
  const auto same = [&](const FoundOrigin& other) { return other.digest == origin.digest; };
  const std::string holds = "holds " + ToHex(*origin.digest);
  if (std::count_if(all.begin(), all.end(), same) > 1) {
    return Finding{Verdict::kOriginStamp, name, holds + " as other files' origins do: a stamp, not a digest"};
  }
  return Finding{Verdict::kOrigin, name, holds + " and the manifest " + ToHex(*expected)};
}

}  // namespace

Result<std::vector<Finding>> CheckSidecars(SignedDirectory& bundle, const VerifiedManifest& manifest,
                                           const Trust& trust) {
  std::vector<Finding> findings;
  const auto add = [&](std::optional<Finding> finding) {
    if (finding) findings.push_back(std::move(*finding));
  };
  ASSIGN_OR_RETURN(std::optional<Finding> minisig, CheckMinisig(bundle, manifest, trust));
  add(std::move(minisig));
  ASSIGN_OR_RETURN(const std::vector<FoundOrigin> origins, ReadOrigins(bundle, *manifest));
  for (const FoundOrigin& origin : origins) add(CheckOrigin(origin, *manifest, origins));
  ASSIGN_OR_RETURN(std::optional<Finding> sums, CheckBundleSums(bundle, *manifest));
  add(std::move(sums));
  return findings;
}

}  // namespace hallmark
