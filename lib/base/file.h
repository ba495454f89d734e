// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

/// An owned file descriptor, closed on destruction.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { Reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  /// Gives the descriptor to the caller, who closes it.
  int Release() { return std::exchange(fd_, -1); }
  /// Closes the descriptor now, if there is one.
  void Reset();

 private:
  int fd_ = -1;
};

/// A pipe; both ends are closed on exec.
struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};
/// Makes a pipe. kIo if this process has too many descriptors open.
Result<Pipe> MakePipe();

/// A descriptor with the path it was opened by, for error messages. All offsets and sizes are in bytes; every short
/// read or write is retried; every error names the path.
class File {
 public:
  File() = default;
  File(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  /// Opens a file with the flags of open(2); O_CLOEXEC is added. With O_CREAT, a new file has mode 0666 less the umask.
  static Result<File> Open(const std::filesystem::path& path, int flags);
  /// Opens an existing file. kNotFound if it does not exist, else kIo.
  static Result<File> OpenForReading(const std::filesystem::path& path);

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// The result of fstat(2); kIo if it fails.
  [[nodiscard]] Result<struct stat> Stat() const;
  /// Size in bytes, also of a block device.
  [[nodiscard]] Result<uint64_t> Size() const;

  /// Reads exactly `buffer.size()` bytes. kCorrupt if the file ends before.
  [[nodiscard]] Result<void> ReadAt(uint64_t offset, MutableByteSpan buffer) const;
  /// Reads up to `buffer.size()` bytes; fewer only at the end of the file.
  [[nodiscard]] Result<size_t> ReadUpTo(uint64_t offset, MutableByteSpan buffer) const;
  /// Writes all of `bytes`; a longer file keeps the bytes behind them.
  [[nodiscard]] Result<void> WriteAt(uint64_t offset, ByteSpan bytes) const;
  /// Makes a range of bytes zeros: a hole if the filesystem supports holes.
  [[nodiscard]] Result<void> PunchHole(uint64_t offset, uint64_t length) const;
  /// Cuts the file off at `size` bytes, or extends it with a hole.
  [[nodiscard]] Result<void> Truncate(uint64_t size) const;
  /// Waits until content and metadata are on the disk (fsync).
  [[nodiscard]] Result<void> Sync() const;

 private:
  UniqueFd fd_;
  std::string path_;
};

/// Disk space that a file takes, in bytes. st_blocks counts units of 512 bytes, whatever the filesystem's block size
/// is.
inline uint64_t AllocatedBytes(const struct stat& status) { return static_cast<uint64_t>(status.st_blocks) * 512; }

/// A run of bytes that holds data, between holes.
struct DataRange {
  uint64_t offset = 0;
  uint64_t length = 0;
};
/// The data ranges of a sparse file, in order, by SEEK_DATA and SEEK_HOLE; the whole file if these are not supported.
Result<std::vector<DataRange>> DataRanges(const File& file);

/// Copies all of `source` into `target`, which is new or empty; holes stay holes.
Result<void> CopyContent(const File& source, const File& target);

/// Reads a whole small file. kCorrupt if it is larger than `limit` bytes (checked while reading, so that a FIFO can't
/// exhaust memory either).
Result<std::string> ReadSmallFile(const std::filesystem::path& path, uint64_t limit = 16 << 20);
/// The same for an open file, from its current read position on.
Result<std::string> ReadSmallFile(const File& file, uint64_t limit = 16 << 20);

/// Makes a directory and its missing parents. No error if it exists.
Result<void> MakeDirectories(const std::filesystem::path& directory);

/// The directory that holds the file `path`; "." if `path` names no directory.
std::filesystem::path DirectoryOf(const std::filesystem::path& path);

/// An output file that appears under its name complete or not at all, even if the process is killed. Until Commit() it
/// has no name if the filesystem supports that (O_TMPFILE), else a hidden temporary name.
class AtomicFile {
 public:
  /// The file gets `mode`, whatever the umask. kUsage if `path` has no file name, or if something other than a regular
  /// file (a directory, a device) exists there.
  static Result<AtomicFile> Create(const std::filesystem::path& path, mode_t mode = 0644);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  ~AtomicFile();

  [[nodiscard]] const File& file() const { return file_; }
  /// What a committed file survives. kKill is enough for large outputs that are verified before use.
  enum class Durability { kKill, kPowerLoss };
  /// Renames the file to `path`. With kPowerLoss, syncs the file before and its directory after the rename.
  [[nodiscard]] Result<void> Commit(Durability durability = Durability::kPowerLoss);
  /// Commits files that belong together: the renames follow each other in order, with nothing between them. With
  /// kPowerLoss, all files are synced before the first rename: a full disk or a device error stops the commit before
  /// that.
  static Result<void> CommitTogether(std::span<AtomicFile> files, Durability durability = Durability::kPowerLoss);

 private:
  AtomicFile(File file, std::filesystem::path path, std::string temporary)
      : file_(std::move(file)), path_(std::move(path)), temporary_(std::move(temporary)) {}
  void Discard();
  /// With kPowerLoss, syncs the file. Then gives it a temporary name if it has none and `path` exists.
  [[nodiscard]] Result<void> Prepare(Durability durability);
  [[nodiscard]] Result<void> Rename();
  /// Links the unnamed file to `name`; returns 0 or an errno.
  [[nodiscard]] int Link(const std::string& name) const;

  File file_;
  std::filesystem::path path_;
  std::string temporary_;  // empty: the file has no name yet
};

/// Writes `bytes` to `path`, completely or not at all.
Result<void> WriteFileAtomically(const std::filesystem::path& path, ByteSpan bytes, mode_t mode = 0644);

/// Thirteen random letters and digits (67 bits), for a name that nobody else chooses.
std::string RandomSuffix();

/// Syncs a directory, so that a rename in it lasts.
Result<void> SyncDirectory(const std::filesystem::path& directory);

/// An advisory lock on a file or directory (flock). It ends with the process that holds it, so it is never stale.
class FileLock {
 public:
  /// Waits for the lock. Creates the file if it is missing.
  static Result<FileLock> Acquire(const std::filesystem::path& path);
  /// Locks an existing directory without creating a file in it. If another process holds the lock, kIo at once, with a
  /// message that says so.
  static Result<FileLock> TryAcquireDirectory(const std::filesystem::path& directory);

 private:
  explicit FileLock(File file) : file_(std::move(file)) {}
  File file_;
};

}  // namespace hallmark
