// SPDX-License-Identifier: Apache-2.0
#include "signing/restore.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "lib/base/checked.h"
#include "lib/compress/zstd_frame.h"
#include "lib/crypto/digest.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// The content of chunk `index`, checked before and after decompression.
Result<void> ReadChunk(const ChunkTable& table, size_t index, const FrameSource& source, ByteVector& raw) {
  const ChunkTable::Chunk& chunk = table.chunks[index];
  const std::string what = "frame " + std::to_string(index);
  thread_local FrameDecompressor decompressor;
  ASSIGN_OR_RETURN(const ByteVector frame, source.Read(chunk.frame_offset, chunk.frame_size));
  if (Sha256(frame) != chunk.frame_sha256) {
    return VerificationError(what + " of the compressed image is not what was signed")
        .WithHint("hallmark repair takes frames from another copy of the bundle: --from");
  }
  raw.resize(table.RawSize(index));
  RETURN_IF_ERROR(decompressor.Decompress(frame, raw).WithContext(what));
  if (Sha256(raw) != chunk.raw_sha256) return VerificationError(what + ": its content is not what was signed");
  return {};
}

/// Makes a range of a file zeros, as a hole where the filesystem can.
Result<void> WriteZeros(const File& file, uint64_t offset, uint64_t length) {
  if (fallocate(file.fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                static_cast<off_t>(length)) == 0) {
    return {};
  }
  return file.WriteAt(offset, ByteVector(length));
}

/// True if a range of the file holds the chunk already. A hole where there should be data is found without reading.
Result<bool> HasChunk(const File& file, const ChunkTable& table, size_t index, uint64_t file_size) {
  const uint64_t offset = table.RawOffset(index);
  const uint32_t length = table.RawSize(index);
  if (!InBounds(offset, length, file_size)) return false;
  const off_t data = lseek(file.fd(), static_cast<off_t>(offset), SEEK_DATA);
  const bool hole = data < 0 ? errno == ENXIO : static_cast<uint64_t>(data) >= offset + length;
  if (hole || table.chunks[index].zero) return hole && table.chunks[index].zero;
  thread_local ByteVector buffer;
  buffer.resize(length);
  RETURN_IF_ERROR(file.ReadAt(offset, buffer));
  return Sha256(buffer) == table.chunks[index].raw_sha256;
}

Result<void> CheckSpace(const File& file, const ChunkTable& table) {
  uint64_t needed = 0;
  for (size_t i = 0; i < table.chunks.size(); ++i) {
    if (!table.chunks[i].zero) needed += table.RawSize(i);
  }
  ASSIGN_OR_RETURN(const struct stat status, file.Stat());
  const uint64_t present = static_cast<uint64_t>(status.st_blocks) * 512;
  struct statvfs space;
  if (fstatvfs(file.fd(), &space) != 0) return ErrnoError(errno, file.path());
  const uint64_t free = uint64_t{space.f_bavail} * space.f_frsize;
  if (present >= needed || free >= needed - present) return {};
  return IoError(file.path() + ": the disk has " + FormatBytes(free) + " free, and " + FormatBytes(needed - present) +
                 " are needed")
      .WithHint("free some space and run it again: it goes on with what is done");
}

/// The work file, opened for this process alone.
Result<File> OpenPartial(const fs::path& path) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd.valid()) return ErrnoError(errno, path.string());
  File file(std::move(fd), path.string());
  if (flock(file.fd(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno == EWOULDBLOCK) return IoError("another process is restoring " + path.string());
  return ErrnoError(errno, "locking " + path.string());
}

}  // namespace

Result<ByteVector> FileFrameSource::Read(uint64_t offset, uint32_t size) const {
  ByteVector frame(size);
  RETURN_IF_ERROR(file_.ReadAt(offset, frame));
  return frame;
}

Result<void> RestoreImage(const fs::path& image, const ChunkTable& table, const FrameSource& source, ThreadPool& pool,
                          Progress& progress) {
  const fs::path partial = image.parent_path() / ("." + image.filename().string() + ".partial");
  ASSIGN_OR_RETURN(const File file, OpenPartial(partial));
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  RETURN_IF_ERROR(CheckSpace(file, table));
  progress.BeginStage("Restoring " + image.filename().string(), table.raw_size, Progress::Unit::kBytes);
  const auto restore = [&](size_t i) -> Result<void> {
    ASSIGN_OR_RETURN(const bool present, HasChunk(file, table, i, size));
    if (!present && table.chunks[i].zero) RETURN_IF_ERROR(WriteZeros(file, table.RawOffset(i), table.RawSize(i)));
    if (!present && !table.chunks[i].zero) {
      thread_local ByteVector raw;
      RETURN_IF_ERROR(ReadChunk(table, i, source, raw));
      RETURN_IF_ERROR(file.WriteAt(table.RawOffset(i), raw));
    }
    progress.Advance(table.RawSize(i));
    return {};
  };
  RETURN_IF_ERROR(ParallelFor(pool, table.chunks.size(), restore));
  RETURN_IF_ERROR(file.Truncate(table.raw_size));
  if (rename(partial.c_str(), image.c_str()) != 0) return ErrnoError(errno, "renaming to " + image.string());
  progress.EndStage();
  return {};
}

Result<void> RepairChunks(const File& image, const ChunkTable& table, const std::vector<size_t>& chunks,
                          const FrameSource& source, ThreadPool& pool, Progress& progress) {
  progress.BeginStage("Repairing", chunks.size());
  RETURN_IF_ERROR(image.Truncate(table.raw_size));
  const auto repair = [&](size_t i) -> Result<void> {
    const size_t chunk = chunks[i];
    if (table.chunks[chunk].zero) {
      RETURN_IF_ERROR(WriteZeros(image, table.RawOffset(chunk), table.RawSize(chunk)));
    } else {
      thread_local ByteVector raw;
      RETURN_IF_ERROR(ReadChunk(table, chunk, source, raw));
      RETURN_IF_ERROR(image.WriteAt(table.RawOffset(chunk), raw));
    }
    progress.Advance(1);
    return {};
  };
  RETURN_IF_ERROR(ParallelFor(pool, chunks.size(), repair));
  progress.EndStage();
  return {};
}

}  // namespace hallmark
