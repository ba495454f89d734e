// SPDX-License-Identifier: Apache-2.0
#include "lib/base/file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <random>

#include "lib/base/checked.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// `name` with `suffix` behind it. The end of `name` is cut off if the result would be longer than NAME_MAX.
std::string WithSuffix(std::string name, std::string_view suffix) {
  if (size_t end = NAME_MAX - suffix.size(); name.size() > end) {
    while (end > 0 && (static_cast<uint8_t>(name[end]) & 0xC0) == 0x80) --end;  // not inside a UTF-8 character
    name.resize(end);
  }
  return name.append(suffix);
}

fs::path TemporaryNameFor(const fs::path& path) {
  return DirectoryOf(path) / WithSuffix("." + path.filename().string(), "." + RandomSuffix() + ".tmp");
}

}  // namespace

Result<void> MakeDirectories(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return ErrnoError(error.value(), directory.string());
  return {};
}

fs::path DirectoryOf(const fs::path& path) {
  fs::path directory = path.parent_path();
  return directory.empty() ? fs::path(".") : directory;
}

std::string RandomSuffix() {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string suffix;
  for (int i = 0; i < 13; ++i) suffix.push_back(kLetters[random() % kLetters.size()]);
  return suffix;
}

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    Reset();
    fd_ = other.Release();
  }
  return *this;
}

void UniqueFd::Reset() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

Result<Pipe> MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return ErrnoError(errno, "pipe");
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

Result<File> File::Open(const fs::path& path, int flags) {
  UniqueFd fd(open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (!fd.valid()) return ErrnoError(errno, path.string());
  return File(std::move(fd), path.string());
}

Result<File> File::OpenForReading(const fs::path& path) { return Open(path, O_RDONLY); }

Result<struct stat> File::Stat() const {
  struct stat status;
  if (fstat(fd(), &status) != 0) return ErrnoError(errno, path_);
  return status;
}

Result<uint64_t> File::Size() const {
  ASSIGN_OR_RETURN(const struct stat status, Stat());
  if (!S_ISBLK(status.st_mode)) return static_cast<uint64_t>(status.st_size);
  uint64_t size = 0;
  if (ioctl(fd(), BLKGETSIZE64, &size) != 0) return ErrnoError(errno, path_);
  return size;
}

Result<size_t> File::ReadUpTo(uint64_t offset, MutableByteSpan buffer) const {
  size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t n = pread(fd(), buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(errno, path_);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

Result<void> File::ReadAt(uint64_t offset, MutableByteSpan buffer) const {
  ASSIGN_OR_RETURN(const size_t n, ReadUpTo(offset, buffer));
  if (n != buffer.size()) return CorruptError(path_ + ": ends at byte " + std::to_string(offset + n));
  return {};
}

Result<void> File::WriteAt(uint64_t offset, ByteSpan bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(errno, path_);
    bytes = bytes.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return {};
}

Result<void> File::PunchHole(uint64_t offset, uint64_t length) const {
  if (fallocate(fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                static_cast<off_t>(length)) == 0) {
    return {};
  }
  if (errno != EOPNOTSUPP && errno != ENOSYS) return ErrnoError(errno, path_);
  const ByteVector zeros(std::min<uint64_t>(length, 1 << 20));
  for (uint64_t done = 0; done < length; done += zeros.size()) {
    RETURN_IF_ERROR(WriteAt(offset + done, ByteSpan(zeros).first(std::min<uint64_t>(zeros.size(), length - done))));
  }
  return {};
}

Result<void> File::Truncate(uint64_t size) const {
  ASSIGN_OR_RETURN(const off_t length, CheckedCast<off_t>(size, path_));
  if (ftruncate(fd(), length) != 0) return ErrnoError(errno, path_);
  return {};
}

Result<void> File::Sync() const {
  if (fsync(fd()) != 0) return ErrnoError(errno, path_);
  return {};
}

Result<std::vector<DataRange>> DataRanges(const File& file) {
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  std::vector<DataRange> ranges;
  uint64_t at = 0;
  while (at < size) {
    const off_t data = lseek(file.fd(), static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;
    if (data < 0) return std::vector<DataRange>{{0, size}};
    const off_t hole = lseek(file.fd(), data, SEEK_HOLE);
    if (hole < 0) return ErrnoError(errno, file.path());
    const uint64_t end = std::min(static_cast<uint64_t>(hole), size);
    ranges.push_back({static_cast<uint64_t>(data), end - static_cast<uint64_t>(data)});
    at = end;
  }
  return ranges;
}

Result<void> CopyContent(const File& source, const File& target) {
  constexpr uint64_t kStep = 1 << 20;
  ASSIGN_OR_RETURN(const std::vector<DataRange> ranges, DataRanges(source));
  ByteVector buffer(kStep);
  for (const DataRange& range : ranges) {
    for (uint64_t done = 0; done < range.length;) {
      const MutableByteSpan step =
          MutableByteSpan(buffer).first(static_cast<size_t>(std::min(kStep, range.length - done)));
      RETURN_IF_ERROR(source.ReadAt(range.offset + done, step));
      RETURN_IF_ERROR(target.WriteAt(range.offset + done, step));
      done += step.size();
    }
  }
  ASSIGN_OR_RETURN(const uint64_t size, source.Size());
  return target.Truncate(size);
}

namespace {

/// An empty string with room for the whole file: one allocation instead of many that grow, in large pages if the kernel
/// has them. Faulting in small pages can cost more than reading and hashing the content.
std::string RoomFor(uint64_t size) {
  constexpr uint64_t kLargePage = 2 << 20;
  std::string text;
  text.reserve(size);
  if (size < kLargePage) return text;
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t skipped = (page - reinterpret_cast<uintptr_t>(text.data()) % page) % page;  // up to a page boundary
  // Advice only: if the kernel does not follow it, the pages are small.
  (void)madvise(text.data() + skipped, size - skipped, MADV_HUGEPAGE);
  return text;
}

}  // namespace

Result<std::string> ReadSmallFile(const fs::path& path, uint64_t limit) {
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(path));
  return ReadSmallFile(file, limit);
}

Result<std::string> ReadSmallFile(const File& file, uint64_t limit) {
  ASSIGN_OR_RETURN(const struct stat status, file.Stat());
  std::string text = RoomFor(std::min(S_ISREG(status.st_mode) ? static_cast<uint64_t>(status.st_size) : 0, limit));
  char buffer[64 << 10];
  while (true) {
    const ssize_t n = read(file.fd(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(errno, file.path());
    if (n == 0) return text;
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > limit) {
      return CorruptError(file.path() + ": larger than " + std::to_string(limit) + " bytes");
    }
  }
}

namespace {

/// kUsage for a path that no output file may replace: a directory, a device, or a path without a file name.
Result<void> CheckReplaceable(const fs::path& path) {
  if (!path.has_filename() || path.filename() == "." || path.filename() == "..") {
    return UsageError((path.empty() ? "an empty name" : path.string()) + ": does not name a file to write");
  }
  std::error_code error;
  const fs::file_status status = fs::status(path, error);  // follows links: a link to a device must not be lost either
  if (!fs::exists(status) || fs::is_regular_file(status)) return {};
  return UsageError(path.string() + (fs::is_directory(status) ? ": is a directory" : ": is not a regular file"))
      .WithHint("name another file to write");
}

}  // namespace

Result<AtomicFile> AtomicFile::Create(const fs::path& path, mode_t mode) {
  const fs::path directory = DirectoryOf(path);
  RETURN_IF_ERROR(CheckReplaceable(path));
  // Checked here, because the rename at the end would fail only after other files of CommitTogether() are renamed.
  if (path.filename().native().size() > NAME_MAX) return ErrnoError(ENAMETOOLONG, "creating " + path.string());
  UniqueFd fd(open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
  std::string temporary;
  if (!fd.valid() && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    temporary = TemporaryNameFor(path).string();
    fd = UniqueFd(open(temporary.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode));
  }
  if (!fd.valid()) return ErrnoError(errno, "creating " + path.string());
  if (fchmod(fd.get(), mode) != 0) return ErrnoError(errno, path.string());
  return AtomicFile(File(std::move(fd), path.string()), path, std::move(temporary));
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : file_(std::move(other.file_)), path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this != &other) {
    Discard();
    file_ = std::move(other.file_);
    path_ = std::move(other.path_);
    temporary_ = std::exchange(other.temporary_, {});
  }
  return *this;
}

AtomicFile::~AtomicFile() { Discard(); }

void AtomicFile::Discard() {
  if (!temporary_.empty()) unlink(std::exchange(temporary_, {}).c_str());
}

Result<void> AtomicFile::Prepare(Durability durability) {
  if (durability == Durability::kPowerLoss) RETURN_IF_ERROR(file_.Sync());
  std::error_code error;
  // If there is nothing to replace, the file gets its final name directly: a kill can't leave a temporary name behind.
  if (!temporary_.empty() || !fs::exists(fs::symlink_status(path_, error))) return {};
  const std::string name = TemporaryNameFor(path_).string();
  if (const int failure = Link(name); failure != 0) return ErrnoError(failure, "naming " + path_.string());
  temporary_ = name;
  return {};
}

int AtomicFile::Link(const std::string& name) const {
  const std::string descriptor = "/proc/self/fd/" + std::to_string(file_.fd());
  return linkat(AT_FDCWD, descriptor.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

Result<void> AtomicFile::Rename() {
  if (temporary_.empty()) {
    const int failure = Link(path_.string());
    if (failure == 0) return {};
    if (failure != EEXIST) return ErrnoError(failure, "naming " + path_.string());
    RETURN_IF_ERROR(Prepare(Durability::kKill));  // a file has got this name meanwhile: replace it
  }
  if (rename(temporary_.c_str(), path_.c_str()) != 0) return ErrnoError(errno, "renaming to " + path_.string());
  temporary_.clear();
  return {};
}

Result<void> AtomicFile::Commit(Durability durability) {
  RETURN_IF_ERROR(Prepare(durability));
  RETURN_IF_ERROR(Rename());
  return durability == Durability::kPowerLoss ? SyncDirectory(DirectoryOf(path_)) : Result<void>();
}

Result<void> AtomicFile::CommitTogether(std::span<AtomicFile> files, Durability durability) {
  const bool sync = durability == Durability::kPowerLoss;
  // The slow part comes before the temporary names, which a kill would leave behind.
  for (const AtomicFile& file : files) RETURN_IF_ERROR(sync ? file.file_.Sync() : Result<void>());
  for (AtomicFile& file : files) RETURN_IF_ERROR(file.Prepare(Durability::kKill));
  for (AtomicFile& file : files) RETURN_IF_ERROR(file.Rename());
  if (!sync) return {};
  fs::path synced;
  for (const AtomicFile& file : files) {
    fs::path directory = DirectoryOf(file.path_);
    if (directory == synced) continue;
    RETURN_IF_ERROR(SyncDirectory(directory));
    synced = std::move(directory);
  }
  return {};
}

Result<void> WriteFileAtomically(const fs::path& path, ByteSpan bytes, mode_t mode) {
  ASSIGN_OR_RETURN(AtomicFile output, AtomicFile::Create(path, mode));
  RETURN_IF_ERROR(output.file().WriteAt(0, bytes));
  return output.Commit();
}

Result<void> SyncDirectory(const fs::path& directory) {
  ASSIGN_OR_RETURN(const File file, File::Open(directory, O_RDONLY | O_DIRECTORY));
  // Some filesystems can't sync a directory (EINVAL). That is not an error.
  if (fsync(file.fd()) != 0 && errno != EINVAL) return ErrnoError(errno, directory.string());
  return {};
}

Result<FileLock> FileLock::Acquire(const fs::path& path) {
  ASSIGN_OR_RETURN(File file, File::Open(path, O_RDWR | O_CREAT | O_NOFOLLOW));
  while (flock(file.fd(), LOCK_EX) != 0) {
    if (errno != EINTR) return ErrnoError(errno, "locking " + path.string());
  }
  return FileLock(std::move(file));
}

Result<FileLock> FileLock::TryAcquireDirectory(const fs::path& directory) {
  ASSIGN_OR_RETURN(File file, File::Open(directory, O_RDONLY | O_DIRECTORY));
  if (flock(file.fd(), LOCK_EX | LOCK_NB) == 0) return FileLock(std::move(file));
  if (errno == EWOULDBLOCK) return IoError(directory.string() + ": in use by another process");
  return ErrnoError(errno, "locking " + directory.string());
}

}  // namespace hallmark
