// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/bundle_writer.h"

#include <algorithm>
#include <future>
#include <optional>

#include "lib/exfat/canonical.h"
#include "signing/bundle/chunk_table.h"
#include "signing/bundle/disk_reader.h"
#include "signing/bundle/origin.h"
#include "signing/bundle/sums.h"
#include "signing/document/dsse.h"
#include "signing/document/file_names.h"
#include "signing/document/signed_directory.h"
#include "signing/smol_bin/image_check.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

Artifact ToArtifact(ArtifactRole role, const FileDigests& digests) {
  return {.role = role, .size = digests.size, .sha256 = digests.sha256, .sha1 = digests.sha1};
}

Result<void> WriteOrigins(OutputDirectory& directory, const Manifest& manifest) {
  for (const Artifact& artifact : manifest.artifacts) {
    if (!artifact.sha1) continue;
    RETURN_IF_ERROR(directory.Write(OriginName(manifest.FileName(artifact.role)), AsBytes(ToHex(*artifact.sha1))));
  }
  return {};
}

/// Packs the session disk in compressed form only: a host's disk made from it changes with each session. It gets no
/// origin, because hosts that write origins expect none for it.
Result<Artifact> PackSessionDisk(OutputDirectory& directory, const File& disk, const Manifest& manifest,
                                 PackOptions options, ThreadPool& pool, Progress& progress) {
  options.sha1 = false;
  options.raw_digests = false;
  options.stage = "Compressing the session disk";
  ASSIGN_OR_RETURN(const File* compressed, directory.NewFile(manifest.FileName(ArtifactRole::kSessionDisk)));
  ASSIGN_OR_RETURN(const PackedImage packed, PackImage(disk, *compressed, options, pool, progress));
  return ToArtifact(ArtifactRole::kSessionDisk, packed.compressed);
}

}  // namespace

bool IsBundle(const fs::path& directory) {
  std::error_code ignored;
  if (!fs::is_directory(fs::symlink_status(directory, ignored))) return false;
  if (fs::is_empty(directory, ignored)) return true;
  Result<SignedDirectory> bundle = SignedDirectory::Open(directory);
  if (!bundle.ok()) return false;
  const Result<std::string> text = bundle->ReadSmallFile(kManifestName, kMaxManifestSize);
  // True for any version: if an older Hallmark made the bundle there, the caller means to replace it.
  return text.ok() && text->find("\"urn:hallmark:manifest:") != std::string::npos;
}

Result<BundleFile> LoadSmolBin(const fs::path& path, Manifest& manifest) {
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(path));
  ASSIGN_OR_RETURN(const uint64_t size, image.Size());
  ASSIGN_OR_RETURN(const SmolBinContents contents, ReadSmolBinContents(image));
  const Result<SmolBinManifest> inside = ParseSmolBinManifest(contents.manifest_text);
  if (!inside.ok()) return UsageError(path.string() + ": is not a smol-bin: manifest.json: " + inside.error().message);
  const Result<Envelope> envelope = ParseEnvelope(contents.envelope_text, kEnvelopeName);
  if (!envelope.ok()) {
    return UsageError(path.string() + ": is not a smol-bin: manifest.dsse.json: " + envelope.error().message);
  }
  if (envelope->payload != contents.manifest_text) {
    return UsageError(path.string() + ": is not a smol-bin: its envelope signs another manifest");
  }
  if (const Result<ExfatReader> sound = OpenCanonicalExfat(image, 0, size); !sound.ok()) {
    return UsageError("is not a smol-bin: " + sound.error().message);
  }
  if (inside->architecture != manifest.architecture) {
    return UsageError(path.string() + ": is for " + inside->architecture + ", and the image for " +
                      manifest.architecture);
  }
  manifest.smol_bin_least_sequence = inside->sequence;
  manifest.policy_least_sequence = inside->policy_sequence;
  BundleFile file{ArtifactRole::kSmolBin, ByteVector(size)};
  RETURN_IF_ERROR(image.ReadAt(0, file.content));
  return file;
}

Result<Manifest> WriteBundle(OutputDirectory& directory, const File& image, const File* session_disk, Manifest manifest,
                             const std::vector<BundleFile>& extras, const PackOptions& options, ThreadPool& pool,
                             Progress& progress) {
  // The digests of the partitions take long, and packing leaves cores idle for them.
  std::future<Result<std::optional<DiskDescription>>> disk =
      std::async(std::launch::async, [&image] { return DescribeDisk(image); });
  ASSIGN_OR_RETURN(const File* compressed, directory.NewFile(manifest.FileName(ArtifactRole::kRootfsCompressed)));
  ASSIGN_OR_RETURN(const PackedImage packed, PackImage(image, *compressed, options, pool, progress));
  std::optional<Artifact> session_artifact;
  if (session_disk != nullptr) {
    ASSIGN_OR_RETURN(session_artifact, PackSessionDisk(directory, *session_disk, manifest, options, pool, progress));
  }
  progress.BeginStage("Writing the manifest");
  const ByteVector table = FormatChunkTable(packed.table);
  RETURN_IF_ERROR(directory.Write(manifest.FileName(ArtifactRole::kChunkTable), table));
  manifest.artifacts = {ToArtifact(ArtifactRole::kRootfs, *packed.raw),
                        ToArtifact(ArtifactRole::kRootfsCompressed, packed.compressed),
                        ToArtifact(ArtifactRole::kChunkTable, {.size = table.size(), .sha256 = Sha256(table)})};
  if (session_artifact) manifest.artifacts.push_back(*session_artifact);
  for (const BundleFile& extra : extras) {
    RETURN_IF_ERROR(directory.Write(manifest.FileName(extra.role), extra.content));
    FileDigests digests{.size = extra.content.size(), .sha256 = Sha256(extra.content)};
    if (extra.role == ArtifactRole::kSmolBin && options.sha1) digests.sha1 = Sha1(extra.content);
    manifest.artifacts.push_back(ToArtifact(extra.role, digests));
  }
  std::sort(manifest.artifacts.begin(), manifest.artifacts.end(),
            [](const Artifact& a, const Artifact& b) { return a.role < b.role; });
  ASSIGN_OR_RETURN(manifest.disk, disk.get());
  ASSIGN_OR_RETURN(const std::string text, FormatManifest(manifest));
  RETURN_IF_ERROR(directory.Write(std::string(kManifestName), AsBytes(text)));
  RETURN_IF_ERROR(WriteOrigins(directory, manifest));
  RETURN_IF_ERROR(directory.Commit([&](const fs::path& named) { return WriteBundleSums(named, manifest); }));
  return manifest;
}

}  // namespace hallmark
