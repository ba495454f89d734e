// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/repair.h"

#include <fcntl.h>

#include <functional>
#include <string>
#include <utility>

#include "lib/base/file.h"
#include "lib/base/write_behind.h"
#include "signing/bundle/full_check.h"
#include "signing/bundle/image_chunks.h"
#include "signing/bundle/verify.h"
#include "signing/document/bundle_file.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// As OpenBundleFile, for writing. Empty if the file is not there.
Result<std::optional<File>> OpenForMending(const fs::path& bundle, const std::string& name) {
  const Result<File> probe = OpenBundleFile(bundle, name);
  if (!probe.ok() && probe.error().kind == ErrorKind::kNotFound) return std::optional<File>();
  if (!probe.ok()) return probe.error();
  ASSIGN_OR_RETURN(File file, File::Open(bundle / name, O_RDWR | O_NOFOLLOW));
  return std::optional<File>(std::move(file));
}

/// Gives a file its signed size. True if it had another one.
Result<bool> Resize(const File& file, uint64_t size) {
  ASSIGN_OR_RETURN(const uint64_t found, file.Size());
  if (found == size) return false;
  RETURN_IF_ERROR(file.Truncate(size));
  return true;
}

/// Puts on the disk what was mended. Where that fails, who reads next reads the disk.
Result<void> SyncMended(const File& file, Result<void> mended) {
  if (mended.ok()) mended = file.Sync();
  if (!mended.ok()) ForgetCached(file);
  return mended;
}

Result<void> MendChunks(const File& image, const ChunkTable& table, const FrameSources& sources,
                        const std::vector<size_t>& bad, ThreadPool& pool) {
  const auto mend = [&](size_t i) -> Result<void> {
    if (table.chunks[bad[i]].zero) return image.PunchHole(table.RawOffset(bad[i]), table.RawSize(bad[i]));
    thread_local ByteVector raw;
    raw.resize(table.RawSize(bad[i]));
    RETURN_IF_ERROR(FetchChunk(sources, table, bad[i], raw));
    return image.WriteAt(table.RawOffset(bad[i]), raw);
  };
  return ParallelFor(pool, bad.size(), mend, ChunksAtOnce(table.chunk_size));
}

Result<void> MendFrames(const File& compressed, const ChunkTable& table, const FrameSources& sources,
                        const std::vector<size_t>& bad, ThreadPool& pool) {
  const auto mend = [&](size_t i) -> Result<void> {
    thread_local ByteVector frame;
    RETURN_IF_ERROR(FetchFrame(sources, table, bad[i], frame));
    return compressed.WriteAt(table.chunks[bad[i]].frame_offset, frame);
  };
  RETURN_IF_ERROR(ParallelFor(pool, bad.size(), mend, ChunksAtOnce(table.chunk_size)));
  ASSIGN_OR_RETURN(const ByteVector seek_table, SeekTableOf(table));
  return compressed.WriteAt(table.compressed_size - seek_table.size(), seek_table);
}

Result<std::vector<size_t>> BadChunks(const File& image, const ChunkTable& table, const std::optional<uint64_t>& chunk,
                                      ThreadPool& pool, Progress& progress) {
  if (!chunk) return FindBadChunks(image, table, pool, progress);
  if (*chunk >= table.chunks.size()) {
    return UsageError("no chunk " + std::to_string(*chunk) + ": the image has " + std::to_string(table.chunks.size()));
  }
  ASSIGN_OR_RETURN(const ImageChunks chunks, ImageChunks::Open(image, table));
  ASSIGN_OR_RETURN(const bool holds, chunks.Holds(*chunk));
  return holds ? std::vector<size_t>() : std::vector<size_t>{*chunk};
}

}  // namespace

Result<RepairReport> RepairImage(const fs::path& bundle, const Trust& trust, FrameSources others,
                                 const RepairOptions& options, ThreadPool& pool, Progress& progress) {
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::TryAcquireDirectory(bundle));
  ASSIGN_OR_RETURN(const VerifiedManifest manifest, VerifyManifestOf(bundle, trust, options.least_sequence));
  ASSIGN_OR_RETURN(const File table_file, OpenBundleFile(bundle, manifest->FileName(ArtifactRole::kChunkTable)));
  ASSIGN_OR_RETURN(const ChunkTable table, ReadChunkTable(*manifest, table_file));
  const std::string image_name = manifest->FileName(ArtifactRole::kRootfs);
  ASSIGN_OR_RETURN(const std::optional<File> image, OpenForMending(bundle, image_name));
  ASSIGN_OR_RETURN(const std::optional<File> compressed,
                   OpenForMending(bundle, manifest->FileName(ArtifactRole::kRootfsCompressed)));

  const bool frames_only = !image && compressed && !others.empty() && !options.chunk;
  if (!image && !frames_only) {
    return NotFoundError(image_name + " is not made yet").WithHint("make it: hallmark restore");
  }

  RepairReport report;
  if (compressed && !others.empty() && !options.chunk) {
    ForgetFailedWrites(*compressed);
    ASSIGN_OR_RETURN(const bool resized, Resize(*compressed, table.compressed_size));
    ASSIGN_OR_RETURN(report.frames, FindBadFrames(*compressed, table, pool, progress));
    if (resized || !report.frames.empty()) {
      RETURN_IF_ERROR(SyncMended(*compressed, MendFrames(*compressed, table, others, report.frames, pool)));
    }
  }
  if (frames_only) {
    progress.EndStage();
    return report;
  }
  if (compressed) {
    ASSIGN_OR_RETURN(File own, OpenBundleFile(bundle, manifest->FileName(ArtifactRole::kRootfsCompressed)));
    others.insert(others.begin(), std::make_unique<FileFrameSource>(std::move(own)));
  }
  ForgetFailedWrites(*image);
  ASSIGN_OR_RETURN(report.resized, Resize(*image, table.raw_size));
  ASSIGN_OR_RETURN(report.chunks, BadChunks(*image, table, options.chunk, pool, progress));
  if (report.resized || !report.chunks.empty()) {
    RETURN_IF_ERROR(SyncMended(*image, MendChunks(*image, table, others, report.chunks, pool)));
  }
  progress.EndStage();
  return report;
}

}  // namespace hallmark
