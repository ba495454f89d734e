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
  int Release() { return std::exchange(fd_, -1); }
  void Reset();

 private:
  int fd_ = -1;
};

/// A descriptor with the path it was opened by, for error messages. All offsets and sizes are in bytes; every short
/// read or write is retried; every error names the path.
class File {
 public:
  File() = default;
  File(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  /// Opens an existing file. O_CLOEXEC is added. With O_CREAT, a new one has mode 0666 less the umask.
  static Result<File> Open(const std::filesystem::path& path, int flags);
  static Result<File> OpenForReading(const std::filesystem::path& path);

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] Result<struct stat> Stat() const;
  /// Size in bytes; of a block device too.
  [[nodiscard]] Result<uint64_t> Size() const;

  /// Reads exactly `buffer.size()` bytes. kCorrupt if the file ends before.
  [[nodiscard]] Result<void> ReadAt(uint64_t offset, MutableByteSpan buffer) const;
  /// Reads up to `buffer.size()` bytes; fewer only at the end of the file.
  [[nodiscard]] Result<size_t> ReadUpTo(uint64_t offset, MutableByteSpan buffer) const;
  [[nodiscard]] Result<void> WriteAt(uint64_t offset, ByteSpan bytes) const;
  /// Makes a range zeros: a hole where the filesystem can.
  [[nodiscard]] Result<void> PunchHole(uint64_t offset, uint64_t length) const;
  [[nodiscard]] Result<void> Truncate(uint64_t size) const;
  [[nodiscard]] Result<void> Sync() const;

 private:
  UniqueFd fd_;
  std::string path_;
};

/// Bytes that the disk gives to a file. st_blocks counts 512 bytes, whatever the filesystem's own block is.
inline uint64_t AllocatedBytes(const struct stat& status) { return static_cast<uint64_t>(status.st_blocks) * 512; }

/// A run of bytes that holds data, between holes.
struct DataRange {
  uint64_t offset = 0;
  uint64_t length = 0;
};
/// The data ranges of a sparse file, in order, by SEEK_DATA and SEEK_HOLE; the whole file where those do not work.
Result<std::vector<DataRange>> DataRanges(const File& file);

/// Copies all of `source` into `target`, which is new or empty; holes stay holes.
Result<void> CopyContent(const File& source, const File& target);

/// A whole small file. kCorrupt if it is larger than `limit` bytes (checked while reading, so FIFOs can't exhaust
/// memory either).
Result<std::string> ReadSmallFile(const std::filesystem::path& path, uint64_t limit = 16 << 20);
/// The same of a file that is open, from where it is.
Result<std::string> ReadSmallFile(const File& file, uint64_t limit = 16 << 20);

/// Makes a directory, and the parents of it that are missing. Fine if it exists.
Result<void> MakeDirectories(const std::filesystem::path& directory);

/// The directory that `path` names a file in: "." if it names none.
std::filesystem::path DirectoryOf(const std::filesystem::path& path);

/// An output that appears under its name whole or not at all, whatever kills the process. Until Commit() it has no
/// name where the filesystem offers that (O_TMPFILE), and a hidden temporary one elsewhere.
class AtomicFile {
 public:
  /// The file gets `mode`, whatever the umask. kUsage if `path` names no file, or something else than a regular file is
  /// there: a directory, a device.
  static Result<AtomicFile> Create(const std::filesystem::path& path, mode_t mode = 0644);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  ~AtomicFile();

  [[nodiscard]] const File& file() const { return file_; }
  /// What a committed file outlives at once. Large outputs that are verified before use need no more than kKill.
  enum class Durability { kKill, kPowerLoss };
  /// Renames over `path`; against power loss, with an fsync of the file before and of its directory after.
  [[nodiscard]] Result<void> Commit(Durability durability = Durability::kPowerLoss);
  /// Commit() of files that belong together: the renames follow each other, in their order, with nothing between them.
  /// Against power loss, every file is on the disk before the first: what a full disk or an error of the device can
  /// stop, stops before it.
  static Result<void> CommitTogether(std::span<AtomicFile> files, Durability durability = Durability::kPowerLoss);

 private:
  AtomicFile(File file, std::filesystem::path path, std::string temporary)
      : file_(std::move(file)), path_(std::move(path)), temporary_(std::move(temporary)) {}
  void Discard();
  /// fsync against power loss, and a temporary name if the file has none.
  [[nodiscard]] Result<void> Prepare(Durability durability);
  [[nodiscard]] Result<void> Rename();
  /// Names the file; 0, or errno.
  [[nodiscard]] int Link(const std::string& name) const;

  File file_;
  std::filesystem::path path_;
  std::string temporary_;  // empty: the file has no name yet
};

/// Writes `bytes` to `path`, whole or not at all.
Result<void> WriteFileAtomically(const std::filesystem::path& path, ByteSpan bytes, mode_t mode = 0644);

/// Thirteen letters and digits, 67 bits of chance: for a name that nobody else chooses.
std::string RandomSuffix();

/// fsync of a directory, so that a rename in it lasts.
Result<void> SyncDirectory(const std::filesystem::path& directory);

/// An advisory lock on a file or a directory (flock). It dies with its owner, so it is never stale.
class FileLock {
 public:
  /// Waits for the lock. The file is made if it is missing.
  static Result<FileLock> Acquire(const std::filesystem::path& path);
  /// Locks a directory that exists, and leaves no file behind. kIo at once, with a message that says so, if another
  /// process holds it.
  static Result<FileLock> TryAcquireDirectory(const std::filesystem::path& directory);

 private:
  explicit FileLock(File file) : file_(std::move(file)) {}
  File file_;
};

}  // namespace hallmark
