// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/smol_bin.h"

#include <algorithm>

#include "lib/base/time.h"
#include "lib/json/strict_json.h"
#include "lib/policy/settings.h"
#include "signing/bundle/manifest.h"
#include "signing/document/bundle_file.h"
#include "signing/document/dsse.h"
#include "signing/smol_bin/smol_bin_check.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
constexpr std::string_view kPredicateType = "urn:hallmark:smol-bin:1";
constexpr size_t kMaxName = 128;

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && text[0] != '.' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("._+~-").find(c) != std::string_view::npos;
         });
}

std::string Octal(uint32_t mode) {
  std::string text = "0000";
  for (size_t i = text.size(); i-- > 0; mode /= 8) text[i] = static_cast<char>('0' + mode % 8);
  return text;
}

std::string ManifestText(const SmolBinManifest& manifest) {
  Json subjects = Json::array();
  Json files = Json::array();
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    const std::string sha256 = ToHex(manifest.files[i].sha256);
    subjects.push_back({{"name", kSmolBinMembers[i].name}, {"digest", {{"sha256", sha256}}}});
    files.push_back({{"name", kSmolBinMembers[i].name},
                     {"size", manifest.files[i].size},
                     {"sha256", sha256},
                     {"mode", Octal(kSmolBinMembers[i].mode)}});
  }
  return CanonicalJson({{"_type", kStatementType},
                        {"subject", std::move(subjects)},
                        {"predicateType", kPredicateType},
                        {"predicate",
                         {{"role", "smol-bin"},
                          {"version", manifest.version},
                          {"architecture", manifest.architecture},
                          {"sequence", manifest.sequence},
                          {"leastRootfsSequence", manifest.least_rootfs_sequence},
                          {"policySequence", manifest.policy_sequence},
                          {"sourceDateEpoch", manifest.source_date_epoch},
                          {"files", std::move(files)}}}});
}

std::string BrokenRule(const SmolBinManifest& manifest) {
  if (!IsToken(manifest.version)) return "version: not of letters, digits and . _ + ~ -";
  if (!IsToken(manifest.architecture)) return "architecture: not of letters, digits and . _ + ~ -";
  if (manifest.sequence == 0) return "sequence: sequences start at 1";
  if (manifest.policy_sequence == 0) return "policySequence: sequences start at 1";
  if (manifest.source_date_epoch > kLastUtcSecond) return "sourceDateEpoch: past the year 9999";
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    if (manifest.files[i].size > kMaxSmolBinFile) return std::string(kSmolBinMembers[i].name) + ": larger than 1 GiB";
  }
  return {};
}

/// A file's size and digest; name and mode are fixed by its place, and the canonical text shows whether they are right.
Result<SmolBinFile> ReadFile(const Json& json, const std::string& where) {
  ObjectReader reader(json, where);
  SmolBinFile file;
  reader.TakeText("name");
  reader.TakeText("mode");
  file.size = reader.TakeNumber("size");
  file.sha256 = reader.TakeHex<32>("sha256");
  RETURN_IF_ERROR(reader.Finish());
  return file;
}

Result<SmolBinManifest> ReadPredicate(const Json& json) {
  ObjectReader reader(json, "predicate");
  SmolBinManifest manifest;
  reader.TakeText("role");  // one value: see the canonical text
  manifest.version = reader.TakeText("version");
  manifest.architecture = reader.TakeText("architecture");
  manifest.sequence = reader.TakeNumber("sequence");
  manifest.least_rootfs_sequence = reader.TakeNumber("leastRootfsSequence");
  manifest.policy_sequence = reader.TakeNumber("policySequence");
  manifest.source_date_epoch = reader.TakeNumber("sourceDateEpoch");
  const Json& files = reader.TakeArray("files", kSmolBinMembers.size());
  if (files.size() != kSmolBinMembers.size()) reader.Refuse("files", "not the three files of a smol-bin");
  RETURN_IF_ERROR(reader.Finish());
  for (size_t i = 0; i < files.size(); ++i) {
    ASSIGN_OR_RETURN(manifest.files[i], ReadFile(files[i], "predicate.files[" + std::to_string(i) + "]"));
  }
  return manifest;
}

/// What a signature says of its key must be so, if we know the key: else a bit of it could change unseen.
Result<void> CheckKeyIds(const Envelope& envelope, const std::vector<PublicKey>& keys) {
  const std::string signed_bytes = PreAuthEncoding(envelope.payload_type, envelope.payload);
  for (const EnvelopeSignature& signature : envelope.signatures) {
    for (const PublicKey& key : keys) {
      if (!key.Verifies(AsBytes(signed_bytes), signature.signature) || signature.key_id == key.Id()) continue;
      return CorruptError(std::string(kEnvelopeName) + ": names another key than the one that signed");
    }
  }
  return {};
}

SmolBinFinding FindingOf(const Error& error) {
  const bool of_envelope = error.message.starts_with(kEnvelopeName);
  const std::string where(of_envelope ? kEnvelopeName : kManifestName);
  const bool untrusted = error.kind == ErrorKind::kVerification;
  return {untrusted ? SmolBinVerdict::kUntrusted : SmolBinVerdict::kMalformed, where, error.MessageWithout(where)};
}

/// What can't be opened for what it is becomes a finding; what the environment refuses stays an error.
Result<SmolBinFinding> UnopenedFinding(const Error& error, std::string_view name) {
  const std::string where(name);
  if (error.kind == ErrorKind::kNotFound) return SmolBinFinding{SmolBinVerdict::kMissing, where, "is missing"};
  if (error.kind == ErrorKind::kUnsupported) {
    return SmolBinFinding{SmolBinVerdict::kNotAFile, where, "is no regular file"};
  }
  if (error.kind == ErrorKind::kCorrupt) {
    return SmolBinFinding{SmolBinVerdict::kMalformed, where, "is larger than it may be"};
  }
  return error;
}

/// A small file, or nothing and a finding.
Result<std::optional<std::string>> ReadHead(const fs::path& directory, std::string_view name, uint64_t limit,
                                            std::vector<SmolBinFinding>& findings) {
  Result<std::string> text = ReadBundleFile(directory, name, limit);
  if (text.ok()) return std::optional(std::move(text).value());
  ASSIGN_OR_RETURN(SmolBinFinding finding, UnopenedFinding(text.error(), name));
  findings.push_back(std::move(finding));
  return std::optional<std::string>();
}

/// Size and digest of one file.
Result<std::optional<SmolBinFinding>> CheckFile(const fs::path& directory, std::string_view name,
                                                const SmolBinFile& expected) {
  const Result<File> file = OpenBundleFile(directory, name);
  if (!file.ok()) {
    ASSIGN_OR_RETURN(SmolBinFinding finding, UnopenedFinding(file.error(), name));
    return std::optional(std::move(finding));
  }
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  if (std::optional<SmolBinFinding> finding = SizeFinding(name, size, expected.size)) return finding;
  ASSIGN_OR_RETURN(const Sha256Digest digest, Sha256OfFile(*file));
  return DigestFinding(name, digest, expected.sha256);
}

/// Names in the directory that no smol-bin has.
Result<std::vector<SmolBinFinding>> UnexpectedFiles(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return ErrnoError(error.value(), directory.string());
  std::sort(names.begin(), names.end());
  std::vector<SmolBinFinding> findings;
  for (const std::string& name : names) {
    if (!IsSmolBinFile(name)) findings.push_back(UnexpectedFinding(name));
  }
  return findings;
}

}  // namespace

void CheckSmolBinHead(std::string manifest_text, std::string_view envelope_text, const Trust& trust,
                      const SmolBinRequirements& requirements, SmolBinReport& report) {
  Result<VerifiedSmolBin> manifest = VerifySmolBinManifest(std::move(manifest_text), envelope_text, trust);
  if (!manifest.ok()) {
    report.findings.push_back(FindingOf(manifest.error()));
    return;
  }
  for (SmolBinFinding& finding : CheckRequirements(**manifest, requirements)) {
    report.findings.push_back(std::move(finding));
  }
  report.manifest = std::move(manifest).value();
}

bool IsSmolBinFile(std::string_view name) {
  const bool member = std::any_of(kSmolBinMembers.begin(), kSmolBinMembers.end(),
                                  [&](const SmolBinMember& known) { return known.name == name; });
  return member || name == kManifestName || name == kEnvelopeName;
}

SmolBinFinding UnexpectedFinding(std::string_view name) {
  return {SmolBinVerdict::kUnexpected, std::string(name), "is not named in the manifest"};
}

std::optional<SmolBinFinding> SizeFinding(std::string_view name, uint64_t size, uint64_t expected) {
  if (size == expected) return std::nullopt;
  const SmolBinVerdict verdict = size < expected ? SmolBinVerdict::kTruncated : SmolBinVerdict::kExtended;
  return SmolBinFinding{verdict, std::string(name),
                        "it has " + std::to_string(size) + " bytes and not " + std::to_string(expected)};
}

std::optional<SmolBinFinding> DigestFinding(std::string_view name, const Sha256Digest& digest,
                                            const Sha256Digest& expected) {
  if (digest == expected) return std::nullopt;
  return SmolBinFinding{SmolBinVerdict::kDigest, std::string(name), "holds other bytes than signed"};
}

std::optional<SmolBinFinding> SettingsFinding(std::string_view text) {
  const Result<Settings> settings = ParseSettings(text);
  if (settings.ok()) return std::nullopt;
  return SmolBinFinding{SmolBinVerdict::kPolicy, std::string(kSettingsName), settings.error().message};
}

Result<std::string> FormatSmolBinManifest(const SmolBinManifest& manifest) {
  if (const std::string rule = BrokenRule(manifest); !rule.empty()) return UsageError("manifest: " + rule);
  std::string text = ManifestText(manifest);
  const Result<SmolBinManifest> again = ParseSmolBinManifest(text);  // numbers past 2^63 - 1 show here
  if (!again.ok()) return UsageError("manifest: can't be written: " + again.error().message);
  return text;
}

Result<SmolBinManifest> ParseSmolBinManifest(std::string_view text) {
  ASSIGN_OR_RETURN(const Json document, ParseStrictJson(text, kMaxSmolBinManifestSize, kManifestName));
  ObjectReader reader(document, "");
  const std::string type = reader.TakeText("_type");
  reader.TakeArray("subject", kSmolBinMembers.size());  // repeats the files: see the comparison below
  const std::string predicate_type = reader.TakeText("predicateType");
  const Json& predicate = reader.Take("predicate");
  RETURN_IF_ERROR(reader.Finish().WithContext(kManifestName));
  if (type != kStatementType || predicate_type != kPredicateType) {
    return CorruptError("manifest.json: is no " + std::string(kPredicateType));
  }
  ASSIGN_OR_RETURN(const SmolBinManifest manifest, ReadPredicate(predicate).WithContext(kManifestName));
  if (const std::string rule = BrokenRule(manifest); !rule.empty()) return CorruptError("manifest.json: " + rule);
  if (ManifestText(manifest) != text) {
    return CorruptError("manifest.json: not in canonical form, or subjects that differ from the files");
  }
  return manifest;
}

Result<VerifiedSmolBin> VerifySmolBinManifest(std::string manifest_text, std::string_view envelope_text,
                                              const Trust& trust) {
  ASSIGN_OR_RETURN(const Envelope envelope, ParseEnvelope(envelope_text, kEnvelopeName));
  RETURN_IF_ERROR(VerifyEnvelope(envelope, kManifestPayloadType, trust.newest().smol_bin, kEnvelopeName));
  if (envelope.payload != manifest_text) {
    return VerificationError("manifest.json: is not what manifest.dsse.json signs");
  }
  if (FormatEnvelope(envelope) != envelope_text) {
    return CorruptError(std::string(kEnvelopeName) + ": not in canonical form");
  }
  RETURN_IF_ERROR(CheckKeyIds(envelope, trust.newest().smol_bin.keys));
  ASSIGN_OR_RETURN(SmolBinManifest manifest, ParseSmolBinManifest(manifest_text));
  return VerifiedSmolBin(std::move(manifest), std::move(manifest_text));
}

std::string_view VerdictName(SmolBinVerdict verdict) {
  static constexpr std::array<std::string_view, 15> kNames = {
      "good",       "filesystem",         "untrusted",   "malformed",          "missing",
      "not-a-file", "unexpected",         "truncated",   "extended",           "digest",
      "policy",     "wrong-architecture", "rolled-back", "policy-rolled-back", "rootfs-too-old"};
  static_assert(kNames.size() == static_cast<size_t>(SmolBinVerdict::kRootfsTooOld) + 1);
  return kNames[static_cast<size_t>(verdict)];
}

std::string FindingText(const SmolBinFinding& finding) {
  return std::string(VerdictName(finding.verdict)) + ": " + finding.where + ": " + finding.message;
}

std::vector<SmolBinFinding> CheckRequirements(const SmolBinManifest& manifest,
                                              const SmolBinRequirements& requirements) {
  std::vector<SmolBinFinding> findings;
  const auto note = [&](SmolBinVerdict verdict, const std::string& message) {
    findings.push_back({verdict, std::string(kManifestName), message});
  };
  if (!requirements.architecture.empty() && manifest.architecture != requirements.architecture) {
    note(SmolBinVerdict::kWrongArchitecture, "is for " + manifest.architecture + ", not " + requirements.architecture);
  }
  if (manifest.sequence < requirements.least_sequence) {
    note(SmolBinVerdict::kRolledBack, "sequence " + std::to_string(manifest.sequence) + ", and the least is " +
                                          std::to_string(requirements.least_sequence));
  }
  if (manifest.policy_sequence < requirements.least_policy_sequence) {
    note(SmolBinVerdict::kPolicyRolledBack, "policy sequence " + std::to_string(manifest.policy_sequence) +
                                                ", and the least is " +
                                                std::to_string(requirements.least_policy_sequence));
  }
  if (requirements.rootfs_sequence != 0 && manifest.least_rootfs_sequence > requirements.rootfs_sequence) {
    note(SmolBinVerdict::kRootfsTooOld, "needs a rootfs of sequence " + std::to_string(manifest.least_rootfs_sequence) +
                                            ", and this one has " + std::to_string(requirements.rootfs_sequence));
  }
  return findings;
}

Result<SmolBinReport> VerifySmolBinHead(const fs::path& directory, const Trust& trust,
                                        const SmolBinRequirements& requirements) {
  SmolBinReport report;
  ASSIGN_OR_RETURN(std::optional<std::string> text,
                   ReadHead(directory, kManifestName, kMaxSmolBinManifestSize, report.findings));
  ASSIGN_OR_RETURN(const std::optional<std::string> envelope,
                   ReadHead(directory, kEnvelopeName, kMaxEnvelopeSize, report.findings));
  if (!text || !envelope) return report;
  CheckSmolBinHead(std::move(*text), *envelope, trust, requirements, report);
  return report;
}

Result<SmolBinReport> VerifySmolBinDirectory(const fs::path& directory, const Trust& trust,
                                             const SmolBinRequirements& requirements) {
  ASSIGN_OR_RETURN(SmolBinReport report, VerifySmolBinHead(directory, trust, requirements));
  if (!report.manifest) return report;
  ASSIGN_OR_RETURN(std::vector<SmolBinFinding> unexpected, UnexpectedFiles(directory));
  report.findings.insert(report.findings.end(), unexpected.begin(), unexpected.end());
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    ASSIGN_OR_RETURN(std::optional<SmolBinFinding> finding,
                     CheckFile(directory, kSmolBinMembers[i].name, (*report.manifest)->files[i]));
    if (finding) report.findings.push_back(std::move(*finding));
  }
  if (!report.good()) return report;
  ASSIGN_OR_RETURN(const std::string settings, ReadBundleFile(directory, kSettingsName, kMaxSmolBinFile));
  if (std::optional<SmolBinFinding> finding = SettingsFinding(settings)) report.findings.push_back(*finding);
  return report;
}

}  // namespace hallmark
