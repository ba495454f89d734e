// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/digest_check.h"

#include <atomic>

#include "signing/bundle/disk_reader.h"
#include "signing/bundle/signed_chunk_table.h"

namespace hallmark {
namespace {

/// The work of one thread: a whole task, or one of its chunks.
struct Part {
  size_t task = 0;
  std::optional<size_t> chunk;
};

/// Whole files come first, because they take longest.
std::vector<Part> PartsOf(const std::vector<DigestTask>& tasks) {
  std::vector<Part> parts;
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].chunks.empty()) parts.push_back({i, {}});
  }
  for (size_t i = 0; i < tasks.size(); ++i) {
    for (const size_t chunk : tasks[i].chunks) parts.push_back({i, chunk});
  }
  return parts;
}

Result<bool> Holds(const DigestTask& task) {
  ASSIGN_OR_RETURN(const Sha256Digest digest, Sha256OfRange(*task.file, task.offset, task.size));
  return digest == task.expected;
}

}  // namespace

DigestTask ArtifactTask(const Manifest& manifest, const Artifact& artifact, const File& file) {
  return {.file = &file,
          .offset = 0,
          .size = artifact.size,
          .expected = artifact.sha256,
          .finding = {Verdict::kDigest, manifest.FileName(artifact.role), "holds other bytes than signed"}};
}

std::optional<SignedChunks> SignedChunks::Of(const Manifest& manifest, const BundleFiles& files) {
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

std::vector<size_t> SignedChunks::Within(uint64_t offset, uint64_t size) const {
  std::vector<size_t> indices;
  for (size_t i = offset / table_->chunk_size; i < table_->chunks.size() && table_->RawOffset(i) < offset + size; ++i) {
    indices.push_back(i);
  }
  return indices;
}

Result<void> CompareDigests(const std::vector<DigestTask>& tasks, const std::optional<SignedChunks>& chunks,
                            ThreadPool& pool, std::vector<Finding>& findings) {
  const std::vector<Part> parts = PartsOf(tasks);
  std::vector<std::atomic<bool>> differs(tasks.size());
  RETURN_IF_ERROR(ParallelFor(pool, parts.size(), [&](size_t i) -> Result<void> {
    const auto& [task, chunk] = parts[i];
    ASSIGN_OR_RETURN(const bool good, chunk ? chunks->Holds(*chunk) : Holds(tasks[task]));
    if (!good) differs[task] = true;
    return {};
  }));
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (!differs[i]) continue;
    ASSIGN_OR_RETURN(const bool good, tasks[i].chunks.empty() ? false : Holds(tasks[i]));
    if (!good) findings.push_back(tasks[i].finding);
  }
  return {};
}

}  // namespace hallmark
