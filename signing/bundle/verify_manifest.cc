// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/verify_manifest.h"

#include <utility>

#include "lib/base/time.h"
#include "signing/document/dsse.h"
#include "signing/document/file_names.h"

namespace hallmark {
namespace {

Finding TrustFinding(const Error& error) {
  const Verdict verdict = error.kind == ErrorKind::kVerification ? Verdict::kUntrusted : Verdict::kMalformed;
  return {verdict, std::string(kTrustName), error.message};
}

/// The trust file that counts: the bundle's own if `pinned` is an older version of it, otherwise `pinned`. A trust file
/// that does not descend from the same root is a finding.
Trust EffectiveTrust(const std::optional<std::string>& text, const Trust& pinned, std::vector<Finding>& findings) {
  if (!text) return pinned;
  Result<Trust> offered = ParseTrust(*text);
  if (!offered.ok()) {
    findings.push_back(TrustFinding(offered.error()));
    return pinned;
  }
  const bool older = offered->versions().size() < pinned.versions().size();
  // Expiry matters only for updates: an offline host must be able to boot what it has.
  const Result<void> grown = older ? CheckTrustUpdate(*offered, pinned, 0) : CheckTrustUpdate(pinned, *offered, 0);
  if (!grown.ok()) {
    findings.push_back(TrustFinding(grown.error()));
    return pinned;
  }
  return older ? pinned : std::move(offered).value();
}

/// Checks ManifestRequirements::update_at.
void CheckExpiry(const TrustVersion& trust, uint64_t update_at, std::vector<Finding>& findings) {
  if (update_at == 0 || update_at < trust.expires) return;
  findings.push_back({Verdict::kUntrusted, std::string(kTrustName),
                      "version " + std::to_string(trust.version) + " expired at " + FormatUtc(trust.expires) +
                          ", and this is an update"});
}

void CheckSequence(const Manifest& manifest, uint64_t least, std::vector<Finding>& findings) {
  const std::string name(kManifestName);
  if (manifest.sequence == 0) {
    findings.push_back({Verdict::kUnreleased, name, "has no sequence: not a release"});
  } else if (manifest.sequence < least) {
    findings.push_back(
        {Verdict::kRolledBack, name,
         "rolled back: sequence " + std::to_string(manifest.sequence) + ", and the least is " + std::to_string(least)});
  }
}

Result<VerifiedManifest> ManifestOf(ManifestCheck check) {
  if (check.findings.empty()) return std::move(*check.manifest);
  const Finding& finding = check.findings.front();
  return VerificationError(finding.where + ": " + finding.message);
}

}  // namespace

const DocumentKind<Manifest>& BundleManifestKind() {
  static constexpr DocumentKind<Manifest> kKind = {.rules = {.name = kManifestName,
                                                             .envelope_name = kEnvelopeName,
                                                             .payload_type = kStatementPayloadType,
                                                             .max_size = kMaxManifestSize,
                                                             .role = &TrustVersion::bundle},
                                                   .parse = ParseManifest};
  return kKind;
}

Result<ManifestCheck> CheckManifest(SignedDirectory& bundle, const Trust& pinned,
                                    const ManifestRequirements& requirements) {
  std::vector<Finding> findings;
  ASSIGN_OR_RETURN(const std::optional<std::string> text,
                   bundle.ReadOrFind(kTrustName, kMaxTrustSize, SignedDirectory::Presence::kOptional, findings));
  ManifestCheck check{EffectiveTrust(text, pinned, findings), std::nullopt, {}};
  CheckExpiry(check.trust.newest(), requirements.update_at, findings);
  ASSIGN_OR_RETURN(check.manifest, VerifyDocumentOf(bundle, BundleManifestKind(), check.trust, findings));
  if (check.manifest) CheckSequence(**check.manifest, requirements.least_sequence, findings);
  check.findings = std::move(findings);
  return check;
}

Result<VerifiedManifest> VerifyManifestOf(SignedDirectory& bundle, const Trust& pinned,
                                          const ManifestRequirements& requirements) {
  ASSIGN_OR_RETURN(ManifestCheck check, CheckManifest(bundle, pinned, requirements));
  return ManifestOf(std::move(check));
}

Result<VerifiedManifest> VerifyManifestTexts(ManifestTexts texts, const Trust& pinned,
                                             const ManifestRequirements& requirements) {
  std::vector<Finding> findings;
  ManifestCheck check{EffectiveTrust(texts.trust, pinned, findings), std::nullopt, {}};
  CheckExpiry(check.trust.newest(), requirements.update_at, findings);
  check.manifest = VerifyDocument({std::move(texts.manifest), std::move(texts.envelope)}, BundleManifestKind(),
                                  check.trust, findings);
  if (check.manifest) CheckSequence(**check.manifest, requirements.least_sequence, findings);
  check.findings = std::move(findings);
  return ManifestOf(std::move(check));
}

}  // namespace hallmark
