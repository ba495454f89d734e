// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/smol_bin.h"

#include <utility>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "signing/document/dsse.h"
#include "signing/document/file_names.h"
#include "signing/smol_bin/smol_bin_check.h"

namespace hallmark {
namespace {

/// Checks type, size and digest of one file. If `content` is given, it gets the checked bytes, so that the caller uses
/// these.
Result<std::optional<Finding>> CheckFile(const SignedDirectory& directory, std::string_view name,
                                         const SmolBinFile& expected, std::string* content) {
  const Result<File> file = directory.OpenFile(name);
  if (!file.ok()) {
    ASSIGN_OR_RETURN(Finding finding, UnopenedFinding(file.error(), name));
    return std::optional(std::move(finding));
  }
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  if (std::optional<Finding> finding = SizeFinding(name, size, expected.size)) return finding;
  if (content == nullptr) {
    ASSIGN_OR_RETURN(const Sha256Digest digest, Sha256OfFile(*file));
    return DigestFinding(name, digest, expected.sha256);
  }
  content->resize(size);
  RETURN_IF_ERROR(file->ReadAt(0, {reinterpret_cast<uint8_t*>(content->data()), content->size()}));
  return DigestFinding(name, Sha256(AsBytes(*content)), expected.sha256);
}

}  // namespace

const DocumentKind<SmolBinManifest>& SmolBinManifestKind() {
  static constexpr DocumentKind<SmolBinManifest> kKind = {.rules = {.name = kManifestName,
                                                                    .envelope_name = kEnvelopeName,
                                                                    .payload_type = kStatementPayloadType,
                                                                    .max_size = kMaxSmolBinManifestSize,
                                                                    .role = &TrustVersion::smol_bin,
                                                                    .canonical_envelope = true},
                                                          .parse = ParseSmolBinManifest};
  return kKind;
}

std::vector<Finding> CheckRequirements(const SmolBinManifest& manifest, const SmolBinRequirements& requirements) {
  std::vector<Finding> findings;
  const auto note = [&](Verdict verdict, const std::string& message) {
    findings.push_back({verdict, std::string(kManifestName), message});
  };
  if (!requirements.architecture.empty() && manifest.architecture != requirements.architecture) {
    note(Verdict::kWrongArchitecture, "is for " + manifest.architecture + ", not " + requirements.architecture);
  }
  if (manifest.sequence < requirements.least_sequence) {
    note(Verdict::kRolledBack, "sequence " + std::to_string(manifest.sequence) + ", and the least is " +
                                   std::to_string(requirements.least_sequence));
  }
  if (manifest.policy_sequence < requirements.least_policy_sequence) {
    note(Verdict::kPolicyRolledBack, "policy sequence " + std::to_string(manifest.policy_sequence) +
                                         ", and the least is " + std::to_string(requirements.least_policy_sequence));
  }
  if (requirements.rootfs_sequence != 0 && manifest.least_rootfs_sequence > requirements.rootfs_sequence) {
    note(Verdict::kRootfsTooOld, "needs a rootfs of sequence " + std::to_string(manifest.least_rootfs_sequence) +
                                     ", and this one has " + std::to_string(requirements.rootfs_sequence));
  }
  return findings;
}

Result<SmolBinReport> VerifySmolBinHead(SignedDirectory& directory, const Trust& trust,
                                        const SmolBinRequirements& requirements) {
  SmolBinReport report;
  ASSIGN_OR_RETURN(report.manifest, VerifyDocumentOf(directory, SmolBinManifestKind(), trust, report.findings));
  if (report.manifest) report.findings = CheckRequirements(**report.manifest, requirements);
  return report;
}

Result<SmolBinReport> VerifySmolBinDirectory(SignedDirectory& directory, const Trust& trust,
                                             const SmolBinRequirements& requirements) {
  ASSIGN_OR_RETURN(SmolBinReport report, VerifySmolBinHead(directory, trust, requirements));
  if (!report.manifest) return report;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, directory.Names());
  for (const std::string& name : names) {
    if (!IsSmolBinFile(name)) report.findings.push_back(UnexpectedFinding(name));
  }
  std::string settings;
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    std::string* content = i == kSettingsMember ? &settings : nullptr;
    ASSIGN_OR_RETURN(std::optional<Finding> finding,
                     CheckFile(directory, kSmolBinMembers[i].name, (*report.manifest)->files[i], content));
    if (finding) report.findings.push_back(std::move(*finding));
  }
  if (!report.good()) return report;
  if (std::optional<Finding> finding = SettingsFinding(settings)) report.findings.push_back(std::move(*finding));
  return report;
}

}  // namespace hallmark
