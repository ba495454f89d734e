// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/restore.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "lib/base/file.h"
#include "lib/base/write_behind.h"
#include "signing/bundle/disk_check.h"
#include "signing/bundle/frame_source.h"
#include "signing/bundle/full_check.h"
#include "signing/bundle/image_chunks.h"
#include "signing/bundle/signed_chunk_table.h"
#include "signing/bundle/verify_manifest.h"

namespace hallmark {
namespace {

// Zeros of at least this length in a chunk become holes: the largest common block size of filesystems.
constexpr size_t kHoleSize = 64 << 10;

/// True if rootfs.img exists with its signed size and partition table. An image with another table is an older one,
/// which restore replaces.
Result<bool> IsThere(const SignedDirectory& bundle, const Manifest& manifest) {
  const Result<File> image = bundle.OpenFile(manifest.FileName(ArtifactRole::kRootfs));
  if (!image.ok() && image.error().kind == ErrorKind::kNotFound) return false;
  if (!image.ok()) return image.error();
  ASSIGN_OR_RETURN(const uint64_t size, image->Size());
  if (size != manifest.Find(ArtifactRole::kRootfs)->size) return false;
  if (!manifest.disk) return true;
  ASSIGN_OR_RETURN(const std::optional<Finding> finding, CheckDiskTable(*manifest.disk, *image));
  return !finding;
}

/// The bytes that this process may still write on the filesystem of `file`.
Result<uint64_t> FreeBytes(const File& file) {
  struct statvfs status {};
  if (fstatvfs(file.fd(), &status) != 0) return ErrnoError(errno, file.path());
  return uint64_t{status.f_bavail} * status.f_frsize;
}

/// Fills one work file from frames; see RestoreImage().
class Restorer {
 public:
  Restorer(const File& work, const ChunkTable& table, const ImageChunks& chunks, const FrameSources& sources)
      : work_(work), write_behind_(work), table_(table), chunks_(chunks), sources_(sources) {}

  /// kIo if the remaining bytes do not fit the disk.
  Result<void> CheckSpace() const;
  /// Thread-safe.
  Result<void> RestoreChunk(size_t index);
  [[nodiscard]] RestoreReport report() const { return {.made = made_, .kept = kept_, .zeros = zeros_}; }

 private:
  Result<void> WriteSparse(uint64_t offset, ByteSpan raw) const;

  const File& work_;
  WriteBehind write_behind_;
  const ChunkTable& table_;
  const ImageChunks& chunks_;
  const FrameSources& sources_;
  std::atomic<uint64_t> made_ = 0;
  std::atomic<uint64_t> kept_ = 0;
  std::atomic<uint64_t> zeros_ = 0;
};

Result<void> Restorer::CheckSpace() const {
  uint64_t needed = 0;
  for (size_t i = 0; i < table_.chunks.size(); ++i) needed += table_.chunks[i].zero ? 0 : table_.RawSize(i);
  ASSIGN_OR_RETURN(const struct stat status, work_.Stat());
  needed -= std::min(needed, AllocatedBytes(status));
  ASSIGN_OR_RETURN(const uint64_t free, FreeBytes(work_));
  if (needed <= free) return {};
  return IoError("rootfs.img needs up to " + FormatBytes(needed) + ", and the disk has " + FormatBytes(free) + " left")
      .WithHint("make room and run it again");
}

Result<void> Restorer::RestoreChunk(size_t index) {
  const uint32_t size = table_.RawSize(index);
  const bool hole = chunks_.IsHole(index);
  if (table_.chunks[index].zero) {
    zeros_ += size;
    return hole ? Result<void>() : work_.PunchHole(table_.RawOffset(index), size);
  }
  if (!hole) {
    ASSIGN_OR_RETURN(const bool holds, chunks_.Holds(index));
    if (holds) {
      kept_ += size;
      return {};
    }
    RETURN_IF_ERROR(work_.PunchHole(table_.RawOffset(index), size));
  }
  thread_local ByteVector raw;
  raw.resize(size);
  RETURN_IF_ERROR(FetchChunk(sources_, table_, index, raw));
  made_ += size;
  RETURN_IF_ERROR(WriteSparse(table_.RawOffset(index), raw));
  return write_behind_.Wrote(table_.RawOffset(index), size);
}

/// Writes into a hole. Skips pieces that are all zero.
Result<void> Restorer::WriteSparse(uint64_t offset, ByteSpan raw) const {
  size_t begin = 0;
  for (size_t at = 0; at < raw.size();) {
    const ByteSpan piece = raw.subspan(at, std::min(kHoleSize, raw.size() - at));
    const size_t next = at + piece.size();
    if (IsZero(piece)) {
      if (begin < at) RETURN_IF_ERROR(work_.WriteAt(offset + begin, raw.subspan(begin, at - begin)));
      begin = next;
    }
    at = next;
  }
  if (begin == raw.size()) return {};
  return work_.WriteAt(offset + begin, raw.subspan(begin));
}

Result<RestoreReport> FillWorkFile(const File& work, const ChunkTable& table, const FrameSources& sources,
                                   ThreadPool& pool, Progress& progress) {
  ForgetFailedWrites(work);
  RETURN_IF_ERROR(work.Truncate(table.raw_size));
  ASSIGN_OR_RETURN(const ImageChunks chunks, ImageChunks::Open(work, table));
  Restorer restorer(work, table, chunks, sources);
  RETURN_IF_ERROR(restorer.CheckSpace());
  progress.BeginStage("Restoring rootfs.img", table.raw_size, Progress::Unit::kBytes);
  const auto restore = [&](size_t i) -> Result<void> {
    RETURN_IF_ERROR(restorer.RestoreChunk(i));
    progress.Advance(table.RawSize(i));
    return {};
  };
  RETURN_IF_ERROR(ParallelFor(pool, table.chunks.size(), restore, ChunksAtOnce(table.chunk_size)));
  return restorer.report();
}

/// Syncs the directory, so that added and removed names last.
Result<void> SyncNames(const SignedDirectory& bundle) {
  return fsync(bundle.fd()) == 0 ? Result<void>() : ErrnoError(errno, bundle.path().string());
}

/// Syncs the bytes before it renames the file: after a power loss, the name leads to complete content.
Result<void> Publish(const SignedDirectory& bundle, const File& work, const std::string& work_name,
                     const std::string& image_name, Progress& progress) {
  progress.BeginStage("Writing rootfs.img to the disk");
  RETURN_IF_ERROR(work.Sync());
  if (renameat(bundle.fd(), work_name.c_str(), bundle.fd(), image_name.c_str()) != 0) {
    return ErrnoError(errno, (bundle.path() / image_name).string());
  }
  return SyncNames(bundle);
}

/// Makes rootfs.img in a work file, which is renamed at the end.
Result<RestoreReport> MakeImage(const SignedDirectory& bundle, const Manifest& manifest, ThreadPool& pool,
                                Progress& progress) {
  const std::string image_name = manifest.FileName(ArtifactRole::kRootfs);
  const std::string work_name = "." + image_name + ".partial";
  ASSIGN_OR_RETURN(const File table_file, bundle.OpenFile(manifest.FileName(ArtifactRole::kChunkTable)));
  ASSIGN_OR_RETURN(const ChunkTable table, ReadChunkTable(manifest, table_file));
  ASSIGN_OR_RETURN(File frames, bundle.OpenFile(manifest.FileName(ArtifactRole::kRootfsCompressed)));
  FrameSources sources;
  sources.push_back(std::make_unique<FileFrameSource>(std::move(frames)));
  ASSIGN_OR_RETURN(const File work, bundle.OpenFile(work_name, O_RDWR | O_CREAT));
  Result<RestoreReport> filled = FillWorkFile(work, table, sources, pool, progress);
  const Result<void> published = filled.ok() ? Publish(bundle, work, work_name, image_name, progress) : Result<void>();
  if (!filled.ok() || !published.ok()) ForgetCached(work);
  RETURN_IF_ERROR(published);
  return filled;
}

Result<void> DropCompressed(const SignedDirectory& bundle, const Manifest& manifest) {
  const std::string name = manifest.FileName(ArtifactRole::kRootfsCompressed);
  if (unlinkat(bundle.fd(), name.c_str(), 0) != 0 && errno != ENOENT) {
    return ErrnoError(errno, (bundle.path() / name).string());
  }
  return SyncNames(bundle);
}

/// Checks every byte of an image that was made earlier, before its compressed form is removed.
Result<void> CheckBeforeDropping(const SignedDirectory& bundle, const Manifest& manifest, ThreadPool& pool,
                                 Progress& progress) {
  const std::string name = manifest.FileName(ArtifactRole::kRootfs);
  ASSIGN_OR_RETURN(const File table_file, bundle.OpenFile(manifest.FileName(ArtifactRole::kChunkTable)));
  ASSIGN_OR_RETURN(const ChunkTable table, ReadChunkTable(manifest, table_file));
  ASSIGN_OR_RETURN(const File image, bundle.OpenFile(name));
  ASSIGN_OR_RETURN(const std::vector<size_t> bad, FindBadChunks(image, table, pool, progress));
  if (bad.empty()) return {};
  return VerificationError(name + ": " + std::to_string(bad.size()) + " of its chunks hold other bytes than signed; " +
                           manifest.FileName(ArtifactRole::kRootfsCompressed) + " is kept")
      .WithHint("hallmark repair mends them");
}

}  // namespace

Result<RestoreReport> RestoreImage(const std::filesystem::path& bundle, const Trust& trust,
                                   const RestoreOptions& options, ThreadPool& pool, Progress& progress) {
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::TryAcquireDirectory(bundle));
  ASSIGN_OR_RETURN(SignedDirectory directory, SignedDirectory::Open(bundle));
  ASSIGN_OR_RETURN(const VerifiedManifest manifest,
                   VerifyManifestOf(directory, trust, {.least_sequence = options.least_sequence}));
  ASSIGN_OR_RETURN(const bool was_there, IsThere(directory, *manifest));
  RestoreReport report{.was_there = was_there};
  if (!was_there) {
    ASSIGN_OR_RETURN(report, MakeImage(directory, *manifest, pool, progress));
  }
  if (options.drop_compressed && was_there) RETURN_IF_ERROR(CheckBeforeDropping(directory, *manifest, pool, progress));
  if (options.drop_compressed) RETURN_IF_ERROR(DropCompressed(directory, *manifest));
  progress.EndStage();
  return report;
}

}  // namespace hallmark
