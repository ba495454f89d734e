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
#include "signing/bundle/signed_chunk_table.h"
#include "signing/bundle/verify_manifest.h"

namespace hallmark {
namespace {

/// Opens a file for reading and writing. Empty if it does not exist.
Result<std::optional<File>> OpenForMending(const SignedDirectory& bundle, const std::string& name) {
  Result<File> file = bundle.OpenFile(name, O_RDWR);
  if (file.ok()) return std::optional<File>(std::move(file).value());
  if (file.error().kind == ErrorKind::kNotFound) return std::optional<File>();
  return std::move(file).error();
}

/// Gives a file its signed size. True if its size was different.
Result<bool> Resize(const File& file, uint64_t size) {
  ASSIGN_OR_RETURN(const uint64_t found, file.Size());
  if (found == size) return false;
  RETURN_IF_ERROR(file.Truncate(size));
  return true;
}

/// Syncs what was repaired. If that fails, drops the file's cached pages, so that later readers read from the disk.
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

/// The work of a repair: the files of the bundle, and the sources of good frames.
struct Job {
  ChunkTable table;
  std::optional<File> image;       ///< rootfs.img
  std::optional<File> compressed;  ///< rootfs.img.zst
  FrameSources sources;            ///< of good frames: other bundles; later also the bundle itself, in front
};

/// Repairs the frames of rootfs.img.zst with those of other bundles.
Result<void> RepairFrames(const Job& job, RepairReport& report, ThreadPool& pool, Progress& progress) {
  ForgetFailedWrites(*job.compressed);
  ASSIGN_OR_RETURN(const bool resized, Resize(*job.compressed, job.table.compressed_size));
  ASSIGN_OR_RETURN(report.frames, FindBadFrames(*job.compressed, job.table, pool, progress));
  if (!resized && report.frames.empty()) return {};
  return SyncMended(*job.compressed, MendFrames(*job.compressed, job.table, job.sources, report.frames, pool));
}

/// Repairs the chunks of rootfs.img.
Result<void> RepairChunks(const Job& job, const std::optional<uint64_t>& chunk, RepairReport& report, ThreadPool& pool,
                          Progress& progress) {
  ForgetFailedWrites(*job.image);
  ASSIGN_OR_RETURN(report.resized, Resize(*job.image, job.table.raw_size));
  ASSIGN_OR_RETURN(report.chunks, BadChunks(*job.image, job.table, chunk, pool, progress));
  if (!report.resized && report.chunks.empty()) return {};
  return SyncMended(*job.image, MendChunks(*job.image, job.table, job.sources, report.chunks, pool));
}

}  // namespace

Result<RepairReport> RepairImage(const std::filesystem::path& bundle, const Trust& trust, FrameSources others,
                                 const RepairOptions& options, ThreadPool& pool, Progress& progress) {
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::TryAcquireDirectory(bundle));
  ASSIGN_OR_RETURN(SignedDirectory directory, SignedDirectory::Open(bundle));
  ASSIGN_OR_RETURN(const VerifiedManifest manifest,
                   VerifyManifestOf(directory, trust, {.least_sequence = options.least_sequence}));
  ASSIGN_OR_RETURN(const File table_file, directory.OpenFile(manifest->FileName(ArtifactRole::kChunkTable)));
  Job job{.sources = std::move(others)};
  ASSIGN_OR_RETURN(job.table, ReadChunkTable(*manifest, table_file));
  const std::string image_name = manifest->FileName(ArtifactRole::kRootfs);
  const std::string compressed_name = manifest->FileName(ArtifactRole::kRootfsCompressed);
  ASSIGN_OR_RETURN(job.image, OpenForMending(directory, image_name));
  ASSIGN_OR_RETURN(job.compressed, OpenForMending(directory, compressed_name));

  const bool mend_frames = job.compressed && !job.sources.empty() && !options.chunk;
  if (!job.image && !mend_frames) {
    return NotFoundError(image_name + " is not made yet").WithHint("make it: hallmark restore");
  }
  RepairReport report;
  if (mend_frames) RETURN_IF_ERROR(RepairFrames(job, report, pool, progress));
  if (job.image) {
    if (job.compressed) {
      ASSIGN_OR_RETURN(File own, directory.OpenFile(compressed_name));
      job.sources.insert(job.sources.begin(), std::make_unique<FileFrameSource>(std::move(own)));
    }
    RETURN_IF_ERROR(RepairChunks(job, options.chunk, report, pool, progress));
  }
  progress.EndStage();
  return report;
}

}  // namespace hallmark
