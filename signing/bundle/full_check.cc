// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/full_check.h"

#include <functional>
#include <string>

#include "signing/bundle/disk_reader.h"
#include "signing/bundle/image_chunks.h"
#include "signing/bundle/signed_chunk_table.h"

namespace hallmark {
namespace {

/// The indices below `count`, ascending, for which `holds` is false. `size` gives the bytes of an index, for progress.
Result<std::vector<size_t>> FindBad(size_t count, ThreadPool& pool, Progress& progress,
                                    const std::function<Result<bool>(size_t)>& holds,
                                    const std::function<uint64_t(size_t)>& size) {
  std::vector<uint8_t> bad(count);
  RETURN_IF_ERROR(ParallelFor(pool, count, [&](size_t i) -> Result<void> {
    ASSIGN_OR_RETURN(const bool good, holds(i));
    bad[i] = good ? 0 : 1;
    progress.Advance(size(i));
    return {};
  }));
  std::vector<size_t> indices;
  for (size_t i = 0; i < count; ++i) {
    if (bad[i] != 0) indices.push_back(i);
  }
  return indices;
}

/// "bytes 4194304 to 8388607"
std::string ByteRange(uint64_t offset, uint64_t length) {
  return "bytes " + std::to_string(offset) + " to " + std::to_string(offset + length - 1);
}

const Partition* PartitionAt(const Manifest& manifest, uint64_t offset, uint64_t length) {
  if (!manifest.disk) return nullptr;
  for (const Partition& partition : manifest.disk->partitions) {
    if (offset < partition.offset + partition.size && partition.offset < offset + length) return &partition;
  }
  return nullptr;
}

Finding ChunkFinding(const Manifest& manifest, const ChunkTable& table, size_t index) {
  Finding finding{.verdict = Verdict::kChunk,
                  .where = manifest.FileName(ArtifactRole::kRootfs),
                  .offset = table.RawOffset(index),
                  .length = table.RawSize(index),
                  .chunk = index};
  finding.message = "chunk " + std::to_string(index) + " (" + ByteRange(*finding.offset, *finding.length);
  if (const Partition* partition = PartitionAt(manifest, *finding.offset, *finding.length); partition != nullptr) {
    finding.partition = partition->number;
    finding.message += ", partition " + std::to_string(partition->number) + " " + partition->name;
  }
  finding.message += ") holds other bytes than signed";
  return finding;
}

Finding FrameFinding(const Manifest& manifest, const ChunkTable& table, size_t index) {
  const ChunkTable::Chunk& chunk = table.chunks[index];
  return {.verdict = Verdict::kChunk,
          .where = manifest.FileName(ArtifactRole::kRootfsCompressed),
          .message = "frame " + std::to_string(index) + " (" + ByteRange(chunk.frame_offset, chunk.frame_size) +
                     ") holds other bytes than signed",
          .offset = chunk.frame_offset,
          .length = chunk.frame_size,
          .chunk = index};
}

/// Compares the bytes after the last frame with the only seek table that is possible.
Result<void> CheckSeekTable(const Manifest& manifest, const ChunkTable& table, const File& compressed,
                            std::vector<Finding>& findings) {
  ASSIGN_OR_RETURN(const ByteVector expected, SeekTableOf(table));
  const uint64_t offset = table.compressed_size - expected.size();
  ByteVector found(expected.size());
  RETURN_IF_ERROR(compressed.ReadAt(offset, found));
  if (found == expected) return {};
  findings.push_back(
      {.verdict = Verdict::kDigest,
       .where = manifest.FileName(ArtifactRole::kRootfsCompressed),
       .message = "the seek table (" + ByteRange(offset, expected.size()) + ") is not that of its frames",
       .offset = offset,
       .length = expected.size()});
  return {};
}

}  // namespace

Result<std::vector<size_t>> FindBadChunks(const File& image, const ChunkTable& table, ThreadPool& pool,
                                          Progress& progress) {
  ASSIGN_OR_RETURN(const ImageChunks chunks, ImageChunks::Open(image, table));
  progress.BeginStage("Checking rootfs.img", table.raw_size, Progress::Unit::kBytes);
  return FindBad(
      table.chunks.size(), pool, progress, [&](size_t i) { return chunks.Holds(i); },
      [&](size_t i) { return table.RawSize(i); });
}

Result<std::vector<size_t>> FindBadFrames(const File& compressed, const ChunkTable& table, ThreadPool& pool,
                                          Progress& progress) {
  progress.BeginStage("Checking rootfs.img.zst", table.compressed_size, Progress::Unit::kBytes);
  const auto holds = [&](size_t i) -> Result<bool> {
    const ChunkTable::Chunk& chunk = table.chunks[i];
    ASSIGN_OR_RETURN(const Sha256Digest digest, Sha256OfRange(compressed, chunk.frame_offset, chunk.frame_size));
    return digest == chunk.frame_sha256;
  };
  return FindBad(table.chunks.size(), pool, progress, holds, [&](size_t i) { return table.chunks[i].frame_size; });
}

Result<std::vector<Finding>> CheckWholeFiles(const VerifiedManifest& manifest, const BundleFiles& files,
                                             ThreadPool& pool) {
  std::vector<DigestTask> tasks;
  for (const Artifact& artifact : manifest->artifacts) {
    const auto file = files.find(artifact.role);
    if (IsLarge(artifact.role) && file != files.end()) tasks.push_back(ArtifactTask(*manifest, artifact, file->second));
  }
  std::vector<Finding> findings;
  RETURN_IF_ERROR(CompareDigests(tasks, std::nullopt, pool, findings));
  return findings;
}

Result<std::vector<Finding>> CheckEveryByte(const VerifiedManifest& manifest, const BundleFiles& files,
                                            ThreadPool& pool, Progress& progress) {
  const auto table_file = files.find(ArtifactRole::kChunkTable);
  if (table_file == files.end()) return CheckWholeFiles(manifest, files, pool);
  std::vector<Finding> findings;
  const auto malformed = [&](const std::string& reason) {
    return std::vector<Finding>{{Verdict::kMalformed, manifest->FileName(ArtifactRole::kChunkTable), reason}};
  };
  if (manifest->Find(ArtifactRole::kChunkTable)->size > kMaxChunkTableSize) return malformed("too large");
  ASSIGN_OR_RETURN(const ByteVector bytes, ReadChunkTableBytes(*manifest, table_file->second));
  const Result<ChunkTable> table = ParseSignedChunkTable(*manifest, bytes);
  if (!table.ok()) return malformed(table.error().message);
  if (const auto image = files.find(ArtifactRole::kRootfs); image != files.end()) {
    ASSIGN_OR_RETURN(const std::vector<size_t> bad, FindBadChunks(image->second, *table, pool, progress));
    for (const size_t index : bad) findings.push_back(ChunkFinding(*manifest, *table, index));
  }
  if (const auto compressed = files.find(ArtifactRole::kRootfsCompressed); compressed != files.end()) {
    ASSIGN_OR_RETURN(const std::vector<size_t> bad, FindBadFrames(compressed->second, *table, pool, progress));
    for (const size_t index : bad) findings.push_back(FrameFinding(*manifest, *table, index));
    RETURN_IF_ERROR(CheckSeekTable(*manifest, *table, compressed->second, findings));
  }
  progress.EndStage();
  return findings;
}

}  // namespace hallmark
