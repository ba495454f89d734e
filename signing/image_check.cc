// SPDX-License-Identifier: Apache-2.0
#include "signing/image_check.h"

#include <algorithm>
#include <mutex>

#include "lib/base/checked.h"
#include "lib/compress/seek_table.h"

namespace hallmark {
namespace {

/// Where a file has data, asked by range.
class HoleMap {
 public:
  static Result<HoleMap> Of(const File& file) {
    HoleMap map;
    ASSIGN_OR_RETURN(map.ranges_, DataRanges(file));
    return map;
  }
  [[nodiscard]] bool IsHole(uint64_t offset, uint64_t length) const {
    const auto next = std::upper_bound(ranges_.begin(), ranges_.end(), offset, [](uint64_t at, const DataRange& range) {
      return at < range.offset + range.length;
    });
    return next == ranges_.end() || next->offset >= offset + length;
  }

 private:
  std::vector<DataRange> ranges_;
};

/// SHA-256 over a range of a file, in steps that stay in the cache.
Result<Sha256Digest> HashRange(const File& file, uint64_t offset, uint64_t length) {
  constexpr uint64_t kStep = 256 << 10;
  thread_local Sha256Hasher hasher;
  thread_local ByteVector buffer(kStep);
  hasher.Reset();
  for (uint64_t done = 0; done < length;) {
    const MutableByteSpan step = MutableByteSpan(buffer).first(std::min(kStep, length - done));
    RETURN_IF_ERROR(file.ReadAt(offset + done, step));
    hasher.Update(step);
    done += step.size();
  }
  return hasher.Finish();
}

/// The indexes for which `check` says false.
Result<std::vector<size_t>> FindBad(size_t count, ThreadPool& pool, const std::function<Result<bool>(size_t)>& check) {
  std::mutex mutex;
  std::vector<size_t> bad;
  const auto check_one = [&](size_t i) -> Result<void> {
    const Result<bool> good = check(i);
    if (!good.ok()) return good.error();
    if (*good) return {};
    const std::lock_guard lock(mutex);
    bad.push_back(i);
    return {};
  };
  RETURN_IF_ERROR(ParallelFor(pool, count, check_one));
  std::sort(bad.begin(), bad.end());
  return bad;
}

/// Whether what follows the frames is the one seek table that fits them.
Result<bool> SeekTableMatches(const File& compressed, const ChunkTable& table) {
  std::vector<SeekEntry> frames;
  uint64_t end = 0;
  for (size_t i = 0; i < table.chunks.size(); ++i) {
    frames.push_back({table.chunks[i].frame_size, table.RawSize(i)});
    end += table.chunks[i].frame_size;
  }
  ASSIGN_OR_RETURN(const ByteVector expected, FormatSeekTable(frames));
  if (end + expected.size() != table.compressed_size) return false;
  ByteVector found(expected.size());
  RETURN_IF_ERROR(compressed.ReadAt(end, found));
  return found == expected;
}

/// The partition that a range lies in, if it is one.
std::optional<uint32_t> PartitionAt(const Manifest& manifest, uint64_t offset, uint64_t length) {
  if (!manifest.disk) return std::nullopt;
  for (const Partition& partition : manifest.disk->partitions) {
    if (offset < partition.offset + partition.size && partition.offset < offset + length) return partition.number;
  }
  return std::nullopt;
}

void AddFindings(const Manifest& manifest, const ChunkTable& table, ArtifactRole role, const std::vector<size_t>& bad,
                 std::vector<Finding>* findings) {
  const bool raw = role == ArtifactRole::kRootfs;
  for (const size_t chunk : bad) {
    const uint64_t offset = raw ? table.RawOffset(chunk) : table.chunks[chunk].frame_offset;
    const uint64_t length = raw ? table.RawSize(chunk) : table.chunks[chunk].frame_size;
    Finding finding{.verdict = Verdict::kChunk, .file = manifest.FileName(role), .offset = offset, .length = length};
    finding.chunk = chunk;
    if (raw) finding.partition = PartitionAt(manifest, offset, length);
    finding.message = (raw ? "chunk " : "frame ") + std::to_string(chunk) + " differs: bytes " +
                      std::to_string(offset) + " to " + std::to_string(offset + length - 1);
    if (finding.partition) finding.message += ", partition " + std::to_string(*finding.partition);
    findings->push_back(std::move(finding));
  }
}

}  // namespace

Result<ChunkTable> LoadChunkTable(const Manifest& manifest, const BundleFiles& files) {
  const std::string name = manifest.FileName(ArtifactRole::kChunkTable);
  const auto file = files.find(ArtifactRole::kChunkTable);
  const Artifact* artifact = manifest.Find(ArtifactRole::kChunkTable);
  if (artifact == nullptr || file == files.end()) return NotFoundError("the bundle has no " + name);
  constexpr uint64_t kLimit = uint64_t{1} << 30;
  if (artifact->size > kLimit) return CorruptError(name + ": larger than 1 GiB");
  ByteVector bytes(artifact->size);
  RETURN_IF_ERROR(file->second.ReadAt(0, bytes));
  // Read again since it was checked: the bytes that are parsed are the signed ones.
  if (Sha256(bytes) != artifact->sha256) return VerificationError(name + ": changed while it was being read");
  ASSIGN_OR_RETURN(ChunkTable table, ParseChunkTable(bytes));
  const Artifact* raw = manifest.Find(ArtifactRole::kRootfs);
  const Artifact* compressed = manifest.Find(ArtifactRole::kRootfsCompressed);
  if (raw == nullptr || compressed == nullptr || table.raw_size != raw->size ||
      table.compressed_size != compressed->size) {
    return CorruptError(name + ": it is the table of another image");
  }
  return table;
}

Result<std::vector<size_t>> FindBadChunks(const File& image, const ChunkTable& table, ThreadPool& pool) {
  ASSIGN_OR_RETURN(const uint64_t size, image.Size());
  ASSIGN_OR_RETURN(const HoleMap holes, HoleMap::Of(image));
  return FindBad(table.chunks.size(), pool, [&](size_t i) -> Result<bool> {
    const uint64_t offset = table.RawOffset(i);
    const uint32_t length = table.RawSize(i);
    if (!InBounds(offset, length, size)) return false;
    if (table.chunks[i].zero && holes.IsHole(offset, length)) return true;
    ASSIGN_OR_RETURN(const Sha256Digest digest, HashRange(image, offset, length));
    return digest == table.chunks[i].raw_sha256;
  });
}

Result<std::vector<size_t>> FindBadFrames(const File& compressed, const ChunkTable& table, ThreadPool& pool) {
  ASSIGN_OR_RETURN(const uint64_t size, compressed.Size());
  return FindBad(table.chunks.size(), pool, [&](size_t i) -> Result<bool> {
    const ChunkTable::Chunk& chunk = table.chunks[i];
    if (!InBounds(chunk.frame_offset, chunk.frame_size, size)) return false;
    ASSIGN_OR_RETURN(const Sha256Digest digest, HashRange(compressed, chunk.frame_offset, chunk.frame_size));
    return digest == chunk.frame_sha256;
  });
}

Result<std::vector<Finding>> CheckImages(const VerifiedManifest& manifest, const BundleFiles& files) {
  if (manifest->Find(ArtifactRole::kChunkTable) == nullptr) return CheckWholeFiles(manifest, files);
  ASSIGN_OR_RETURN(const ChunkTable table, LoadChunkTable(*manifest, files));
  ThreadPool pool;
  std::vector<Finding> findings;
  if (const auto image = files.find(ArtifactRole::kRootfs); image != files.end()) {
    ASSIGN_OR_RETURN(const std::vector<size_t> bad, FindBadChunks(image->second, table, pool));
    AddFindings(*manifest, table, ArtifactRole::kRootfs, bad, &findings);
  }
  if (const auto compressed = files.find(ArtifactRole::kRootfsCompressed); compressed != files.end()) {
    ASSIGN_OR_RETURN(const std::vector<size_t> bad, FindBadFrames(compressed->second, table, pool));
    AddFindings(*manifest, table, ArtifactRole::kRootfsCompressed, bad, &findings);
    // The frames are right: what is left of the file is the seek table, which the whole file's digest covers.
    const ChunkTable::Chunk& last = table.chunks.empty() ? ChunkTable::Chunk() : table.chunks.back();
    ASSIGN_OR_RETURN(const bool seek_table, SeekTableMatches(compressed->second, table));
    if (bad.empty() && !seek_table) {
      const uint64_t offset = last.frame_offset + last.frame_size;
      findings.push_back({.verdict = Verdict::kDigest,
                          .file = manifest->FileName(ArtifactRole::kRootfsCompressed),
                          .message = "the seek table differs",
                          .offset = offset,
                          .length = table.compressed_size - offset});
    }
  }
  return findings;
}

}  // namespace hallmark
