// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/verify.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

#include "lib/base/thread_pool.h"
#include "lib/base/time.h"
#include "signing/bundle/disk_check.h"
#include "signing/bundle/disk_reader.h"
#include "signing/bundle/full_check.h"
#include "signing/bundle/image_chunks.h"
#include "signing/bundle/sidecars.h"
#include "signing/document/bundle_file.h"
#include "signing/document/minisign.h"

namespace hallmark {
namespace {

/// Digests of these are looked at by a full check only: they are what makes it take seconds.
bool IsLarge(ArtifactRole role) { return role == ArtifactRole::kRootfs || role == ArtifactRole::kRootfsCompressed; }

Finding SizeFinding(const Artifact& artifact, const std::string& name, const File& file, uint64_t size) {
  const std::string sizes = ": it has " + std::to_string(size) + " and not " + std::to_string(artifact.size);
  if (artifact.role == ArtifactRole::kRootfs && LooksCompressed(file)) {
    return {Verdict::kCompressed, name, "is compressed where the raw image must be"};
  }
  if (size < artifact.size) {
    return {Verdict::kTruncated, name, "truncated by " + std::to_string(artifact.size - size) + " bytes" + sizes};
  }
  return {Verdict::kExtended, name, "extended by " + std::to_string(size - artifact.size) + " bytes" + sizes};
}

/// What can't be opened for what it is becomes a finding; what the environment refuses stays an error.
Result<void> NoteUnopened(const Error& error, std::string_view name, bool required, VerifyReport& report) {
  if (error.kind == ErrorKind::kNotFound) {
    if (required) report.findings.push_back({Verdict::kMissing, std::string(name), "is missing"});
  } else if (error.kind == ErrorKind::kUnsupported) {
    report.findings.push_back({Verdict::kNotAFile, std::string(name), "is no regular file"});
  } else if (error.kind == ErrorKind::kCorrupt) {
    report.findings.push_back({Verdict::kMalformed, std::string(name), "is larger than it may be"});
  } else {
    return error;
  }
  return {};
}

/// Opens one artifact and checks its kind and size. Into `report`: the open file, or a finding.
Result<void> OpenArtifact(const std::filesystem::path& bundle, const Manifest& manifest, const Artifact& artifact,
                          VerifyReport& report) {
  const std::string name = manifest.FileName(artifact.role);
  Result<File> file = OpenBundleFile(bundle, name);
  // A host short of space drops the compressed image once it has the raw one.
  const bool dropped = artifact.role == ArtifactRole::kRootfsCompressed && report.files.contains(ArtifactRole::kRootfs);
  if (!file.ok()) return NoteUnopened(file.error(), name, IsShipped(artifact.role) && !dropped, report);
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  if (size != artifact.size) {
    report.findings.push_back(SizeFinding(artifact, name, *file, size));
    return {};
  }
  report.files.emplace(artifact.role, std::move(file).value());
  return {};
}

/// One digest to compare: a small artifact, or a partition of the image.
struct DigestTask {
  const File* file;
  uint64_t offset;
  uint64_t size;
  Sha256Digest expected;
  Finding finding;             ///< if it differs
  std::vector<size_t> chunks;  ///< of a partition: those that it lies in, where they are looked at instead
};

std::vector<DigestTask> DigestTasks(const Manifest& manifest, const BundleFiles& files) {
  std::vector<DigestTask> tasks;
  const auto image = files.find(ArtifactRole::kRootfs);
  if (image != files.end() && manifest.disk) {
    for (const Partition& partition : manifest.disk->partitions) {
      if (!partition.sha256) continue;
      Finding finding{
          Verdict::kPartition, manifest.FileName(ArtifactRole::kRootfs),
          "partition " + std::to_string(partition.number) + " (" + partition.name + ") holds other bytes than signed",
          partition.offset, partition.size};
      finding.partition = partition.number;
      tasks.push_back({&image->second, partition.offset, partition.size, *partition.sha256, std::move(finding)});
    }
  }
  for (const Artifact& artifact : manifest.artifacts) {
    const auto file = files.find(artifact.role);
    if (IsLarge(artifact.role) || file == files.end()) continue;
    tasks.push_back({&file->second,
                     0,
                     artifact.size,
                     artifact.sha256,
                     {Verdict::kDigest, manifest.FileName(artifact.role), "holds other bytes than signed"}});
  }
  return tasks;
}

/// The image's chunk table and what of it is on disk, if both are there and sound.
class SignedChunks {
 public:
  static std::optional<SignedChunks> Of(const Manifest& manifest, const BundleFiles& files) {
    const auto image = files.find(ArtifactRole::kRootfs);
    const auto file = files.find(ArtifactRole::kChunkTable);
    if (image == files.end() || file == files.end()) return std::nullopt;
    Result<ChunkTable> table = ReadChunkTable(manifest, file->second);
    if (!table.ok()) return std::nullopt;
    auto kept = std::make_unique<ChunkTable>(std::move(table).value());
    Result<ImageChunks> chunks = ImageChunks::Open(image->second, *kept);
    if (!chunks.ok()) return std::nullopt;
    return SignedChunks(std::move(kept), std::move(chunks).value());
  }

  /// Those that share a byte with a range.
  [[nodiscard]] std::vector<size_t> Of(uint64_t offset, uint64_t size) const {
    std::vector<size_t> indices;
    for (size_t i = offset / table_->chunk_size; i < table_->chunks.size() && table_->RawOffset(i) < offset + size;
         ++i) {
      indices.push_back(i);
    }
    return indices;
  }
  [[nodiscard]] Result<bool> Holds(size_t index) const { return chunks_.Holds(index); }

 private:
  SignedChunks(std::unique_ptr<ChunkTable> table, ImageChunks chunks)
      : table_(std::move(table)), chunks_(std::move(chunks)) {}

  std::unique_ptr<ChunkTable> table_;
  ImageChunks chunks_;
};

/// Compares digests on all cores; findings come in the order of the tasks. A partition whose every chunk is as signed
/// is as signed: told on all cores, and without reading holes. Where a chunk is not, the partition's own digest
/// decides, for the bytes that differ may lie beside it.
Result<void> CompareDigests(const std::vector<DigestTask>& tasks, const std::optional<SignedChunks>& chunks,
                            std::vector<Finding>& findings) {
  struct Part {
    size_t task;
    std::optional<size_t> chunk;
  };
  std::vector<Part> parts;  // whole files first: they take longest
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].chunks.empty()) parts.push_back({i, {}});
  }
  for (size_t i = 0; i < tasks.size(); ++i) {
    for (const size_t chunk : tasks[i].chunks) parts.push_back({i, chunk});
  }
  const auto holds = [&](const DigestTask& task) -> Result<bool> {
    ASSIGN_OR_RETURN(const Sha256Digest digest, Sha256OfRange(*task.file, task.offset, task.size));
    return digest == task.expected;
  };
  std::vector<std::atomic<bool>> differs(tasks.size());
  ThreadPool pool;
  RETURN_IF_ERROR(ParallelFor(pool, parts.size(), [&](size_t i) -> Result<void> {
    const auto& [task, chunk] = parts[i];
    ASSIGN_OR_RETURN(const bool good, chunk ? chunks->Holds(*chunk) : holds(tasks[task]));
    if (!good) differs[task] = true;
    return {};
  }));
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (!differs[i]) continue;
    ASSIGN_OR_RETURN(const bool good, tasks[i].chunks.empty() ? false : holds(tasks[i]));
    if (!good) findings.push_back(tasks[i].finding);
  }
  return {};
}

Finding FindingOf(const Error& error, std::string_view file) {
  const Verdict verdict = error.kind == ErrorKind::kVerification ? Verdict::kUntrusted : Verdict::kMalformed;
  return {verdict, std::string(file), error.MessageWithout(file)};
}

/// A small file, as text. Empty, with a finding where it must be there, if it is not.
Result<std::optional<std::string>> ReadText(const std::filesystem::path& bundle, std::string_view name, uint64_t limit,
                                            bool required, VerifyReport& report) {
  Result<std::string> text = ReadBundleFile(bundle, name, limit);
  if (text.ok()) return std::optional(std::move(text).value());
  RETURN_IF_ERROR(NoteUnopened(text.error(), name, required, report));
  return std::optional<std::string>();
}

/// The trust that counts: the bundle's own file if it grew out of `pinned`, and `pinned` otherwise. A file that grew
/// out of another root is a finding.
Trust EffectiveTrust(const std::optional<std::string>& text, const Trust& pinned, VerifyReport& report) {
  if (!text) return pinned;
  const Result<Trust> offered = ParseTrust(*text);
  if (!offered.ok()) {
    report.findings.push_back(FindingOf(offered.error(), kTrustName));
    return pinned;
  }
  const bool older = offered->versions().size() < pinned.versions().size();
  // Expiry is for updates: a host that is offline boots what it has.
  const Result<void> grown = older ? CheckTrustUpdate(*offered, pinned, 0) : CheckTrustUpdate(pinned, *offered, 0);
  if (!grown.ok()) {
    report.findings.push_back(FindingOf(grown.error(), kTrustName));
    return pinned;
  }
  return older ? pinned : *offered;
}

/// For VerifyOptions::update_at.
void CheckExpiry(const Trust& trust, uint64_t update_at, VerifyReport& report) {
  report.trust_version = trust.newest().version;
  report.trust_expires = trust.newest().expires;
  if (update_at == 0 || update_at < trust.newest().expires) return;
  report.findings.push_back({Verdict::kUntrusted, std::string(kTrustName),
                             "version " + std::to_string(trust.newest().version) + " expired at " +
                                 FormatUtc(trust.newest().expires) + ", and this is an update"});
}

/// Signatures and sequence. Leaves report.manifest empty if the signatures do not hold.
void CheckTexts(std::string text, const std::string& envelope, const Trust& trust, uint64_t least_sequence,
                VerifyReport& report) {
  Result<VerifiedManifest> manifest = VerifyManifest(std::move(text), envelope, trust);
  if (!manifest.ok()) {
    const bool of_envelope = manifest.error().message.starts_with(kEnvelopeName);
    report.findings.push_back(FindingOf(manifest.error(), of_envelope ? kEnvelopeName : kManifestName));
    return;
  }
  const uint64_t sequence = (*manifest)->sequence;
  if (sequence == 0) {
    report.findings.push_back({Verdict::kUnreleased, std::string(kManifestName), "has no sequence: not a release"});
  } else if (sequence < least_sequence) {
    report.findings.push_back(
        {Verdict::kRolledBack, std::string(kManifestName),
         "rolled back: sequence " + std::to_string(sequence) + ", and the least is " + std::to_string(least_sequence)});
  }
  report.manifest = std::move(manifest).value();
}

/// The same for the files of a bundle. Gives the trust that counts.
Result<Trust> CheckManifest(const std::filesystem::path& bundle, const Trust& pinned, uint64_t least_sequence,
                            uint64_t update_at, VerifyReport& report) {
  ASSIGN_OR_RETURN(const std::optional<std::string> offered,
                   ReadText(bundle, kTrustName, kMaxTrustSize, false, report));
  Trust trust = EffectiveTrust(offered, pinned, report);
  CheckExpiry(trust, update_at, report);
  ASSIGN_OR_RETURN(std::optional<std::string> text, ReadText(bundle, kManifestName, kMaxManifestSize, true, report));
  ASSIGN_OR_RETURN(const std::optional<std::string> envelope,
                   ReadText(bundle, kEnvelopeName, kMaxEnvelopeSize, true, report));
  if (text && envelope) CheckTexts(std::move(*text), *envelope, trust, least_sequence, report);
  return trust;
}

Result<VerifiedManifest> ManifestOf(VerifyReport report) {
  if (report.good()) return std::move(*report.manifest);
  const Finding& finding = report.findings.front();
  return VerificationError(finding.file + ": " + finding.message);
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  static constexpr std::array<std::string_view, 18> kNames = {
      "good",       "untrusted", "malformed", "unreleased", "rolled-back",   "missing",
      "not-a-file", "truncated", "extended",  "compressed", "wrong-release", "digest",
      "table",      "partition", "chunk",     "origin",     "origin-stamp",  "sums"};
  static_assert(kNames.size() == static_cast<size_t>(Verdict::kSums) + 1);
  return kNames[static_cast<size_t>(verdict)];
}

Result<VerifiedManifest> VerifyManifest(std::string manifest_text, std::string_view envelope_text, const Trust& trust) {
  ASSIGN_OR_RETURN(const Envelope envelope, ParseEnvelope(envelope_text, kEnvelopeName));
  RETURN_IF_ERROR(VerifyEnvelope(envelope, kManifestPayloadType, trust.newest().bundle, kEnvelopeName));
  if (envelope.payload != manifest_text) {
    return VerificationError("manifest.json: is not what manifest.dsse.json signs");
  }
  ASSIGN_OR_RETURN(Manifest manifest, ParseManifest(manifest_text));
  return VerifiedManifest(std::move(manifest), std::move(manifest_text));
}

Result<VerifiedManifest> VerifyManifestOf(const std::filesystem::path& bundle, const Trust& trust,
                                          uint64_t least_sequence) {
  VerifyReport report;
  RETURN_IF_ERROR(CheckManifest(bundle, trust, least_sequence, 0, report));
  return ManifestOf(std::move(report));
}

Result<VerifiedManifest> VerifyManifestTexts(ManifestTexts texts, const Trust& trust, uint64_t least_sequence,
                                             uint64_t update_at) {
  VerifyReport report;
  const Trust effective = EffectiveTrust(texts.trust, trust, report);
  CheckExpiry(effective, update_at, report);
  CheckTexts(std::move(texts.manifest), texts.envelope, effective, least_sequence, report);
  return ManifestOf(std::move(report));
}

Result<VerifyReport> VerifyBundle(const std::filesystem::path& bundle, const Trust& trust,
                                  const VerifyOptions& options) {
  VerifyReport report;
  ASSIGN_OR_RETURN(const Trust effective,
                   CheckManifest(bundle, trust, options.least_sequence, options.update_at, report));
  if (!report.manifest) return report;
  ASSIGN_OR_RETURN(std::vector<Finding> sidecars, CheckSidecars(bundle, *report.manifest, effective));
  report.findings.insert(report.findings.end(), sidecars.begin(), sidecars.end());
  const Manifest& manifest = **report.manifest;
  for (const Artifact& artifact : manifest.artifacts) {
    RETURN_IF_ERROR(OpenArtifact(bundle, manifest, artifact, report));
  }
  if (const auto image = report.files.find(ArtifactRole::kRootfs); image != report.files.end() && manifest.disk) {
    ASSIGN_OR_RETURN(std::optional<Finding> finding, CheckDiskTable(*manifest.disk, image->second));
    if (finding) report.findings.push_back(std::move(*finding));
  }
  const bool full = options.full_check && (options.always_full || !manifest.verity);
  std::vector<DigestTask> tasks = DigestTasks(manifest, report.files);
  const std::optional<SignedChunks> chunks = full ? std::nullopt : SignedChunks::Of(manifest, report.files);
  for (DigestTask& task : tasks) {
    if (chunks && task.finding.verdict == Verdict::kPartition) task.chunks = chunks->Of(task.offset, task.size);
  }
  RETURN_IF_ERROR(CompareDigests(tasks, chunks, report.findings));
  report.full = report.good() && full;
  if (report.full) {
    ASSIGN_OR_RETURN(report.findings, options.full_check(*report.manifest, report.files));
  }
  return report;
}

Result<std::vector<Finding>> CheckWholeFiles(const VerifiedManifest& manifest, const BundleFiles& files) {
  std::vector<DigestTask> tasks;
  for (const Artifact& artifact : manifest->artifacts) {
    const auto file = files.find(artifact.role);
    if (!IsLarge(artifact.role) || file == files.end()) continue;
    tasks.push_back({&file->second,
                     0,
                     artifact.size,
                     artifact.sha256,
                     {Verdict::kDigest, manifest->FileName(artifact.role), "holds other bytes than signed"}});
  }
  std::vector<Finding> findings;
  RETURN_IF_ERROR(CompareDigests(tasks, std::nullopt, findings));
  return findings;
}

}  // namespace hallmark
