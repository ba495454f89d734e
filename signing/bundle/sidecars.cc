// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/sidecars.h"

#include <algorithm>
#include <optional>

#include "signing/bundle/origin.h"
#include "signing/document/bundle_file.h"
#include "signing/document/minisign.h"

namespace hallmark {
namespace {

/// Bytes that are wrong in themselves, or no regular file: a finding, where other errors are the environment's.
bool IsFormatError(const Error& error) {
  return error.kind == ErrorKind::kCorrupt || error.kind == ErrorKind::kUnsupported;
}

/// The error's text without the path in front: a finding names the file itself.
std::string Cause(const Error& error) {
  const size_t colon = error.message.rfind(": ");
  return colon == std::string::npos ? error.message : error.message.substr(colon + 2);
}

Result<std::optional<Finding>> CheckMinisig(const std::filesystem::path& bundle, const VerifiedManifest& manifest,
                                            const Trust& trust) {
  const std::string name(kMinisigName);
  const Result<std::string> text = ReadBundleFile(bundle, name, 64 << 10);
  if (!text.ok() && text.error().kind == ErrorKind::kNotFound) return std::optional<Finding>();
  if (!text.ok() && !IsFormatError(text.error())) return text.error();
  const Result<MinisignSignature> signature =
      text.ok() ? ParseMinisign(*text) : Result<MinisignSignature>(text.error());
  if (!signature.ok()) return std::optional(Finding{Verdict::kMalformed, name, Cause(signature.error())});
  const std::vector<PublicKey>& keys = trust.newest().bundle.keys;
  const bool good = std::any_of(keys.begin(), keys.end(), [&](const PublicKey& key) {
    return VerifiesMinisign(*signature, manifest.text(), key);
  });
  if (good) return std::optional<Finding>();
  return std::optional(Finding{Verdict::kUntrusted, name, "not signed by a trusted key"});
}

Result<std::optional<Finding>> CheckOneOrigin(const std::filesystem::path& bundle, const Manifest& manifest,
                                              const Artifact& artifact, const std::vector<Sha1Digest>& others) {
  const std::string file = manifest.FileName(artifact.role);
  const std::string name = OriginName(file);
  const Result<Sha1Digest> origin = ReadOrigin(bundle / file);
  if (!origin.ok()) {
    if (origin.error().kind == ErrorKind::kNotFound) return std::optional<Finding>();
    if (!IsFormatError(origin.error())) return origin.error();
    return std::optional(Finding{Verdict::kMalformed, name, Cause(origin.error())});
  }
  if (artifact.sha1 && *origin == *artifact.sha1) return std::optional<Finding>();
  if (!artifact.sha1) {
    return std::optional(Finding{Verdict::kOrigin, name, "is there, and the manifest has no SHA-1 of " + file});
  }
  if (std::count(others.begin(), others.end(), *origin) > 1) {
    return std::optional(Finding{Verdict::kOriginStamp, name,
                                 "holds " + ToHex(*origin) + " as other files' origins do: a stamp, not a digest"});
  }
  return std::optional(
      Finding{Verdict::kOrigin, name, "holds " + ToHex(*origin) + " and the manifest " + ToHex(*artifact.sha1)});
}

}  // namespace

Result<std::vector<Finding>> CheckSidecars(const std::filesystem::path& bundle, const VerifiedManifest& manifest,
                                           const Trust& trust) {
  std::vector<Finding> findings;
  const auto add = [&](std::optional<Finding> finding) {
    if (finding) findings.push_back(std::move(*finding));
  };
  ASSIGN_OR_RETURN(std::optional<Finding> minisig, CheckMinisig(bundle, manifest, trust));
  add(std::move(minisig));
  std::vector<Sha1Digest> origins;
  for (const Artifact& artifact : manifest->artifacts) {
    const Result<Sha1Digest> origin = ReadOrigin(bundle / manifest->FileName(artifact.role));
    if (origin.ok()) origins.push_back(*origin);
  }
  for (const Artifact& artifact : manifest->artifacts) {
    ASSIGN_OR_RETURN(std::optional<Finding> finding, CheckOneOrigin(bundle, *manifest, artifact, origins));
    add(std::move(finding));
  }
  const Result<void> sums = CheckBundleSums(bundle, *manifest);
  if (!sums.ok() && sums.error().kind != ErrorKind::kVerification && !IsFormatError(sums.error())) return sums.error();
  if (!sums.ok()) {
    findings.push_back({sums.error().kind == ErrorKind::kVerification ? Verdict::kSums : Verdict::kMalformed,
                        std::string(kSumsName), sums.error().MessageWithout(kSumsName)});
  }
  return findings;
}

}  // namespace hallmark
