// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/verify.h"

#include <string>
#include <utility>

#include "lib/compress/looks_compressed.h"
#include "signing/bundle/disk_check.h"
#include "signing/bundle/sidecars.h"

namespace hallmark {
namespace {

Finding SizeFinding(const Artifact& artifact, const std::string& name, const File& file, uint64_t size) {
  if (artifact.role == ArtifactRole::kRootfs && LooksCompressed(file)) {
    return {Verdict::kCompressed, name, "is compressed where the raw image must be"};
  }
  const Verdict verdict = SizeVerdict(size, artifact.size);
  const bool shorter = verdict == Verdict::kTruncated;
  const uint64_t difference = shorter ? artifact.size - size : size - artifact.size;
  return {verdict, name,
          (shorter ? "truncated by " : "extended by ") + std::to_string(difference) + " bytes: it has " +
              std::to_string(size) + " and not " + std::to_string(artifact.size)};
}

/// Opens one artifact and checks its kind and size. Adds the open file, or a finding, to `report`.
Result<void> OpenArtifact(const SignedDirectory& bundle, const Manifest& manifest, const Artifact& artifact,
                          VerifyReport& report) {
  const std::string name = manifest.FileName(artifact.role);
  Result<File> file = bundle.OpenFile(name);
  if (!file.ok()) {
    // To save space, a host may remove the compressed image once it has the raw one.
    const bool dropped =
        artifact.role == ArtifactRole::kRootfsCompressed && report.files.contains(ArtifactRole::kRootfs);
    const bool required = IsShipped(artifact.role) && !dropped;
    if (file.error().kind == ErrorKind::kNotFound && !required) return {};
    ASSIGN_OR_RETURN(Finding finding, UnopenedFinding(file.error(), name));
    report.findings.push_back(std::move(finding));
    return {};
  }
  ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  if (size == artifact.size) {
    report.files.emplace(artifact.role, std::move(file).value());
  } else {
    report.findings.push_back(SizeFinding(artifact, name, *file, size));
  }
  return {};
}

/// Adds a task for each partition of rootfs.img whose digest the manifest has.
void AddPartitionTasks(const Manifest& manifest, const File& image, const std::optional<SignedChunks>& chunks,
                       std::vector<DigestTask>& tasks) {
  for (const Partition& partition : manifest.disk->partitions) {
    if (!partition.sha256) continue;
    Finding finding{
        Verdict::kPartition, manifest.FileName(ArtifactRole::kRootfs),
        "partition " + std::to_string(partition.number) + " (" + partition.name + ") holds other bytes than signed",
        partition.offset, partition.size};
    finding.partition = partition.number;
    tasks.push_back({&image, partition.offset, partition.size, *partition.sha256, std::move(finding),
                     chunks ? chunks->Within(partition.offset, partition.size) : std::vector<size_t>()});
  }
}

/// Checks what a quick check covers: partitions and small artifacts. If a full check follows, that checks the chunks.
Result<void> CheckDigests(const Manifest& manifest, bool full, ThreadPool& pool, VerifyReport& report) {
  const std::optional<SignedChunks> chunks = full ? std::nullopt : SignedChunks::Of(manifest, report.files);
  std::vector<DigestTask> tasks;
  const auto image = report.files.find(ArtifactRole::kRootfs);
  if (image != report.files.end() && manifest.disk) AddPartitionTasks(manifest, image->second, chunks, tasks);
  for (const Artifact& artifact : manifest.artifacts) {
    const auto file = report.files.find(artifact.role);
    if (IsLarge(artifact.role) || file == report.files.end()) continue;
    tasks.push_back(ArtifactTask(manifest, artifact, file->second));
  }
  return CompareDigests(tasks, chunks, pool, report.findings);
}

}  // namespace

Result<VerifyReport> VerifyBundle(SignedDirectory& bundle, const Trust& trust, const VerifyOptions& options,
                                  ThreadPool& pool) {
  ASSIGN_OR_RETURN(ManifestCheck check, CheckManifest(bundle, trust, options.requirements));
  VerifyReport report{.manifest = std::move(check.manifest),
                      .trust_version = check.trust.newest().version,
                      .trust_expires = check.trust.newest().expires,
                      .findings = std::move(check.findings)};
  if (!report.manifest) return report;
  ASSIGN_OR_RETURN(const std::vector<Finding> sidecars, CheckSidecars(bundle, *report.manifest, check.trust));
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
  RETURN_IF_ERROR(CheckDigests(manifest, full, pool, report));
  report.full = report.good() && full;
  if (report.full) {
    ASSIGN_OR_RETURN(report.findings, options.full_check(*report.manifest, report.files, pool));
  }
  return report;
}

}  // namespace hallmark
