// SPDX-License-Identifier: Apache-2.0
#include "tools/hallmark/bundle_writer.h"

#include <algorithm>

#include "signing/chunk_table.h"
#include "signing/disk_reader.h"
#include "signing/origin.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

Artifact ToArtifact(ArtifactRole role, const FileDigests& digests) {
  return {.role = role, .size = digests.size, .sha256 = digests.sha256, .sha1 = digests.sha1};
}

Result<void> WriteOrigins(OutputFolder& folder, const Manifest& manifest) {
  for (const Artifact& artifact : manifest.artifacts) {
    if (!artifact.sha1) continue;
    RETURN_IF_ERROR(folder.Write(OriginName(manifest.FileName(artifact.role)), AsBytes(ToHex(*artifact.sha1))));
  }
  return {};
}

}  // namespace

bool IsBundle(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(folder, ignored)) &&
         (fs::exists(folder / kManifestName, ignored) || fs::is_empty(folder, ignored));
}

Result<Manifest> WriteBundle(OutputFolder& folder, const File& image, Manifest manifest,
                             const std::vector<BundleFile>& extras, const PackOptions& options, ThreadPool& pool,
                             Progress& progress) {
  ASSIGN_OR_RETURN(const File* compressed, folder.NewFile(manifest.FileName(ArtifactRole::kRootfsCompressed)));
  ASSIGN_OR_RETURN(const PackedImage packed, PackImage(image, *compressed, options, pool, progress));
  progress.BeginStage("Writing the manifest");
  const ByteVector table = FormatChunkTable(packed.table);
  RETURN_IF_ERROR(folder.Write(manifest.FileName(ArtifactRole::kChunkTable), table));
  manifest.artifacts = {ToArtifact(ArtifactRole::kRootfs, packed.raw),
                        ToArtifact(ArtifactRole::kRootfsCompressed, packed.compressed),
                        ToArtifact(ArtifactRole::kChunkTable, {.size = table.size(), .sha256 = Sha256(table)})};
  for (const BundleFile& extra : extras) {
    RETURN_IF_ERROR(folder.Write(manifest.FileName(extra.role), extra.content));
    manifest.artifacts.push_back(
        ToArtifact(extra.role, {.size = extra.content.size(), .sha256 = Sha256(extra.content)}));
  }
  std::sort(manifest.artifacts.begin(), manifest.artifacts.end(),
            [](const Artifact& a, const Artifact& b) { return a.role < b.role; });
  ASSIGN_OR_RETURN(manifest.disk, DescribeDisk(image));
  ASSIGN_OR_RETURN(const std::string text, FormatManifest(manifest));
  RETURN_IF_ERROR(folder.Write(std::string(kManifestName), AsBytes(text)));
  RETURN_IF_ERROR(WriteOrigins(folder, manifest));
  RETURN_IF_ERROR(folder.Commit([&](const fs::path& named) { return WriteBundleSums(named, manifest); }));
  return manifest;
}

}  // namespace hallmark
