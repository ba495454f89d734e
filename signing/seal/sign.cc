// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/sign.h"

#include <algorithm>
#include <map>

#include "lib/base/file.h"
#include "signing/bundle/manifest.h"
#include "signing/bundle/sums.h"
#include "signing/document/dsse.h"
#include "signing/document/file_names.h"
#include "signing/document/minisign.h"
#include "signing/document/signed_directory.h"
#include "signing/smol_bin/image_check.h"

namespace hallmark {
namespace {

Result<void> SetSequence(Manifest& manifest, const SignOptions& options) {
  if (!options.sequence) {
    if (options.least_sequence) return UsageError("a least sequence goes with a sequence");
    if (manifest.sequence != 0) return {};
    return UsageError("the bundle has no sequence yet").WithHint("give --sequence N, larger than the last release's");
  }
  if (*options.sequence == 0) return UsageError("sequences start at 1");
  if (*options.sequence < manifest.sequence) {
    return UsageError("the bundle has sequence " + std::to_string(manifest.sequence) +
                      " already, and it can't go back");
  }
  manifest.sequence = *options.sequence;
  manifest.least_sequence = options.least_sequence.value_or(*options.sequence);
  return {};
}

/// Checks that the files have the sizes of the manifest: otherwise hosts would refuse the signed release.
Result<void> CheckSizes(const SignedDirectory& bundle, const Manifest& manifest) {
  for (const Artifact& artifact : manifest.artifacts) {
    if (!IsShipped(artifact.role)) continue;
    const std::string name = manifest.FileName(artifact.role);
    ASSIGN_OR_RETURN(const File file, bundle.OpenFile(name));
    ASSIGN_OR_RETURN(const uint64_t size, file.Size());
    if (size != artifact.size) {
      return VerificationError(name + ": has " + std::to_string(size) + " bytes where the manifest says " +
                               std::to_string(artifact.size));
    }
  }
  return {};
}

/// Checks that guests of this release will take its smol-bin. Without a trust file, nobody knows who may sign the
/// smol-bin, so only the sequences are checked.
Result<void> CheckSmolBin(const SignedDirectory& bundle, const Manifest& manifest, const std::optional<Trust>& trust) {
  const Artifact* artifact = manifest.Find(ArtifactRole::kSmolBin);
  if (artifact == nullptr) return {};
  const std::string name = manifest.FileName(artifact->role);
  ASSIGN_OR_RETURN(const File image, bundle.OpenFile(name));
  ASSIGN_OR_RETURN(const Sha256Digest digest, Sha256OfFile(image));
  if (digest != artifact->sha256) return VerificationError(name + ": holds other bytes than the manifest says");
  const SmolBinRequirements requirements{.architecture = manifest.architecture,
                                         .rootfs_sequence = manifest.sequence,
                                         .least_sequence = manifest.smol_bin_least_sequence,
                                         .least_policy_sequence = manifest.policy_least_sequence};
  std::vector<Finding> findings;
  if (trust) {
    ASSIGN_OR_RETURN(SmolBinReport report, VerifySmolBinImage(image, *trust, requirements));
    findings = std::move(report.findings);
  } else {
    ASSIGN_OR_RETURN(const SmolBinContents contents, ReadSmolBinContents(image));
    ASSIGN_OR_RETURN(const SmolBinManifest inside, ParseSmolBinManifest(contents.manifest_text).WithContext(name));
    findings = CheckRequirements(inside, requirements);
  }
  if (findings.empty()) return {};
  const Finding& first = findings.front();
  Error error = VerificationError(name + ": " + FindingText(first));
  return std::move(error).WithHint(
      first.verdict == Verdict::kRootfsTooOld
          ? "sign with a --sequence that it takes, or build it with a lower --least-rootfs-sequence"
          : "guests of this release would refuse it: make the bundle with another smol-bin");
}

/// The envelope of exactly these bytes, with the signatures that it has already.
Result<Envelope> EnvelopeOf(SignedDirectory& bundle, const std::string& manifest_text) {
  Envelope envelope{std::string(kStatementPayloadType), manifest_text, {}};
  ASSIGN_OR_RETURN(const std::optional<std::string> text, bundle.ReadIfPresent(kEnvelopeName, kMaxEnvelopeSize));
  if (!text || text->empty()) return envelope;
  ASSIGN_OR_RETURN(Envelope existing, ParseEnvelope(*text, kEnvelopeName).WithContext(kEnvelopeName));
  if (existing.payload == manifest_text && existing.payload_type == envelope.payload_type) return existing;
  return envelope;
}

/// A .minisig holds one signature. An existing one stays if its own key, which a signer may hold, made it over these
/// bytes.
Result<std::string> MinisigOf(SignedDirectory& bundle, const Manifest& manifest, const std::string& manifest_text,
                              const std::vector<const Signer*>& signers, const std::optional<Trust>& trust) {
  std::vector<PublicKey> known_keys;
  if (trust) known_keys = trust->newest().bundle.keys;
  for (const Signer* signer : signers) known_keys.push_back(signer->public_key());
  ASSIGN_OR_RETURN(const std::optional<std::string> text, bundle.ReadIfPresent(kMinisigName, kMaxManifestSize));
  if (const Result<MinisignSignature> existing = ParseMinisign(text.value_or("")); existing.ok()) {
    for (const PublicKey& key : known_keys) {
      if (VerifiesMinisign(*existing, manifest_text, key)) return *text;
    }
  }
  ASSIGN_OR_RETURN(const MinisignSignature signature,
                   SignMinisign(manifest_text,
                                manifest.name + " " + manifest.version + " " + manifest.architecture + " sequence " +
                                    std::to_string(manifest.sequence),
                                *signers[0]));
  return FormatMinisign(signature);
}

/// The trust file that counts: the one to put into the bundle, otherwise the one in the bundle. A new one must not be
/// older than the one in the bundle: that would revoke what hosts learn from it.
Result<std::optional<Trust>> TrustFor(SignedDirectory& bundle, const SignOptions& options) {
  ASSIGN_OR_RETURN(const std::optional<std::string> existing_text, bundle.ReadIfPresent(kTrustName, kMaxTrustSize));
  std::optional<Trust> existing;
  if (existing_text && !existing_text->empty()) {
    Result<Trust> parsed = ParseTrust(*existing_text);
    if (parsed.ok()) {
      existing = std::move(parsed).value();
    } else if (!options.trust_text) {
      return std::move(parsed).WithContext(std::string(kTrustName)).error();
    }
  }
  if (!options.trust_text) return existing;
  ASSIGN_OR_RETURN(Trust offered, ParseTrust(*options.trust_text));
  if (existing && existing->versions().size() > offered.versions().size() &&
      CheckTrustUpdate(offered, *existing, 0).ok()) {
    return UsageError("the trust file is older than the one in the bundle, which has version " +
                      std::to_string(existing->newest().version))
        .WithHint("give the newest one, or none");
  }
  return std::optional(std::move(offered));
}

Result<void> RequireBundleKeys(const Trust& trust, const std::vector<const Signer*>& signers) {
  const std::vector<PublicKey>& keys = trust.newest().bundle.keys;
  for (const Signer* signer : signers) {
    if (std::find(keys.begin(), keys.end(), signer->public_key()) == keys.end()) {
      return UsageError("the key " + signer->public_key().Id() + " may not sign bundles by the trust file")
          .WithHint("'hallmark trust show' lists the keys that may, 'hallmark trust rotate' changes them");
    }
  }
  return {};
}

/// Writes the new texts of the bundle, all or none: everything that can fail comes before the first rename. A kill
/// between two renames is still possible; then verify refuses the bundle, and the next run completes it from either
/// manifest.
Result<void> Replace(const std::filesystem::path& bundle, const std::map<std::string_view, std::string>& texts) {
  std::vector<AtomicFile> files;
  for (const auto& [name, text] : texts) {
    ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(bundle / name));
    RETURN_IF_ERROR(file.file().WriteAt(0, AsBytes(text)));
    files.push_back(std::move(file));
  }
  return AtomicFile::CommitTogether(files);
}

}  // namespace

Result<SignReport> SignBundle(const std::filesystem::path& bundle, const SignOptions& options) {
  if (options.signers.empty()) return UsageError("no key to sign with");
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::TryAcquireDirectory(bundle));
  ASSIGN_OR_RETURN(SignedDirectory directory, SignedDirectory::Open(bundle));
  ASSIGN_OR_RETURN(std::string manifest_text, directory.ReadSmallFile(kManifestName, kMaxManifestSize));
  ASSIGN_OR_RETURN(Manifest manifest, ParseManifest(manifest_text).WithContext(kManifestName));
  RETURN_IF_ERROR(SetSequence(manifest, options));
  RETURN_IF_ERROR(CheckSizes(directory, manifest));
  ASSIGN_OR_RETURN(manifest_text, FormatManifest(manifest));
  ASSIGN_OR_RETURN(const std::optional<Trust> trust, TrustFor(directory, options));
  if (trust) RETURN_IF_ERROR(RequireBundleKeys(*trust, options.signers));
  RETURN_IF_ERROR(CheckSmolBin(directory, manifest, trust));
  ASSIGN_OR_RETURN(Envelope envelope, EnvelopeOf(directory, manifest_text));
  for (const Signer* signer : options.signers) RETURN_IF_ERROR(AddSignature(envelope, *signer));
  ASSIGN_OR_RETURN(const std::string minisig, MinisigOf(directory, manifest, manifest_text, options.signers, trust));

  std::map<std::string_view, std::string> texts = {
      {kEnvelopeName, FormatEnvelope(envelope)}, {kMinisigName, minisig}, {kManifestName, manifest_text}};
  if (options.trust_text) texts[kTrustName] = *options.trust_text;
  ASSIGN_OR_RETURN(texts[kSumsName], MakeBundleSums(directory, manifest, texts));
  RETURN_IF_ERROR(Replace(bundle, texts));

  SignReport report{manifest.sequence, envelope.signatures.size(), std::nullopt, std::nullopt};
  if (trust) {
    report.trusted = KeysThatSigned(envelope, trust->newest().bundle.keys).size();
    report.required = trust->newest().bundle.threshold;
  }
  return report;
}

}  // namespace hallmark
