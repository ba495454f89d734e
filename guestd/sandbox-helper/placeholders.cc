// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/placeholders.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "guestd/sandbox-helper/file_policy.h"

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;

// One second after the epoch: no file that a person made has this time.
constexpr timespec kPlaceholderTime{.tv_sec = 1, .tv_nsec = 0};
constexpr mode_t kPlaceholderFile = 0444;
constexpr off_t kMaxContent = 2;  // bytes
constexpr mode_t kPlaceholderDirectory = 0555;
// A directory that was made only to hold a placeholder. The sticky bit, which is useless in a directory with one owner,
// marks it.
constexpr mode_t kMadeDirectory = S_ISVTX | 0755;

bool IsPlaceholder(const struct stat& status) {
  const mode_t mode = status.st_mode & 07777;
  if (status.st_mtim.tv_sec != kPlaceholderTime.tv_sec || status.st_mtim.tv_nsec != 0) return false;
  return S_ISDIR(status.st_mode) ? mode == kPlaceholderDirectory
                                 : S_ISREG(status.st_mode) && mode == kPlaceholderFile && status.st_size <= kMaxContent;
}

bool IsNoSpace(int error) { return error == ENOSPC || error == EDQUOT; }

bool IsMadeDirectory(const struct stat& status) {
  return S_ISDIR(status.st_mode) && (status.st_mode & 07777) == kMadeDirectory;
}

}  // namespace

Result<Placeholders> Placeholders::Create(const std::string& session_home) {
  const fs::path path = fs::path(session_home) / kLockName;
  while (true) {
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, kPlaceholderFile));
    if (!fd.valid()) return ErrnoError(errno, path.string());
    File lock(std::move(fd), path);
    ASSIGN_OR_RETURN(const struct stat held, lock.Stat());
    if (!S_ISREG(held.st_mode))
      return UnsupportedError(path.string() + ": is not a regular file").WithHint("remove it");
    while (flock(lock.fd(), LOCK_SH) != 0) {
      if (errno != EINTR) return ErrnoError(errno, "locking " + path.string());
    }
    struct stat named;
    const bool there = lstat(path.c_str(), &named) == 0;
    if (there && named.st_dev == held.st_dev && named.st_ino == held.st_ino) {
      return Placeholders(session_home, std::move(lock));
    }
    // The last of the other helpers has removed the lock file.
  }
}

Placeholders::~Placeholders() {
  // If another command of this session still runs, it needs the placeholders too, and removes them at its end.
  if (lock_.fd() < 0 || flock(lock_.fd(), LOCK_EX | LOCK_NB) != 0) return;
  for (auto path = settled_.rbegin(); path != settled_.rend(); ++path) {
    struct stat status;
    if (lstat(path->c_str(), &status) != 0 || !(IsPlaceholder(status) || IsMadeDirectory(status))) continue;
    // A directory stays if somebody put a file into it.
    S_ISDIR(status.st_mode) ? rmdir(path->c_str()) : unlink(path->c_str());
  }
  unlink(lock_.path().c_str());
}

Result<Placeholders::Cover> Placeholders::CoverPath(const ProtectedPath& path, const std::string& writable) {
  Cover cover;
  fs::path current = writable;
  // Works with descriptors, because another command of the session may move directories meanwhile.
  UniqueFd parent(open(writable.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!parent.valid()) return ErrnoError(errno, writable);
  const fs::path relative = fs::path(path.path).lexically_relative(writable);
  for (auto part = relative.begin(); part != relative.end(); ++part) {
    const bool last = std::next(part) == relative.end();
    const Wanted wanted{current / *part, last, !last || path.directory, last ? path.content : std::string_view()};
    ASSIGN_OR_RETURN(const bool settled, Settle(parent.get(), wanted));
    if (!settled) {  // `current` is that directory
      if (!cover.directories.empty()) cover.directories.pop_back();
      break;
    }
    current = wanted.path;
    if (last) break;
    UniqueFd next(openat(parent.get(), part->c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) {
      if (errno == ENOTDIR) break;  // a file, which is covered as it is
      return ErrnoError(errno, current.string());
    }
    parent = std::move(next);
    cover.directories.push_back(current);
  }
  cover.path = current;
  return cover;
}

Result<bool> Placeholders::Settle(int parent, const Wanted& wanted) {
  const fs::path& path = wanted.path;
  struct stat status;
  while (fstatat(parent, path.filename().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == EACCES) return false;  // then nothing in it can be reached either
    if (errno != ENOENT) return ErrnoError(errno, path.string());
    ASSIGN_OR_RETURN(const Made made, Make(parent, wanted));
    if (made != Made::kThereAlready) return made == Made::kYes;
  }
  if (S_ISLNK(status.st_mode)) {
    return UnsupportedError(path.string() + " is a link, which can't be protected from being replaced")
        .WithHint("put what it points to in its place");
  }
  // A killed helper may have left it, or a running command may just be making it.
  if (IsWithin(path.string(), session_home_)) settled_.push_back(path);
  return true;
}

Result<Placeholders::Made> Placeholders::Make(int parent, const Wanted& wanted) {
  const fs::path& path = wanted.path;
  const std::string name = path.filename();
  bool placeholder = wanted.placeholder;
  bool directory = wanted.directory;
  int failure = directory && mkdirat(parent, name.c_str(), 0755) != 0 ? errno : 0;
  if (IsNoSpace(failure)) {
    // An empty file takes no block of a full disk, and nothing can be made below it.
    placeholder = true;
    directory = false;
    failure = 0;
  }
  if (!directory && failure == 0 && mknodat(parent, name.c_str(), S_IFREG | 0644, 0) != 0) failure = errno;
  if (failure == EEXIST) return Made::kThereAlready;
  if (failure == EACCES || failure == EPERM || failure == EROFS) return Made::kRefused;
  if (failure != 0) return ErrnoError(failure, "making the placeholder " + path.string());
  if (IsWithin(path.string(), session_home_)) settled_.push_back(path);
  const File made(UniqueFd(openat(parent, name.c_str(), (directory ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_CLOEXEC)),
                  path);
  if (made.fd() < 0) return ErrnoError(errno, "opening the placeholder " + path.string());
  if (!wanted.content.empty() && write(made.fd(), wanted.content.data(), wanted.content.size()) < 0) {
    const int error = errno;
    unlinkat(parent, name.c_str(), 0);
    if (IsNoSpace(error)) return Made::kRefused;
    return ErrnoError(error, "writing the placeholder " + path.string());
  }
  const std::array<timespec, 2> times = {kPlaceholderTime, kPlaceholderTime};
  const mode_t mode = !placeholder ? kMadeDirectory : directory ? kPlaceholderDirectory : kPlaceholderFile;
  if (fchmod(made.fd(), mode) != 0 || (placeholder && futimens(made.fd(), times.data()) != 0)) {
    return ErrnoError(errno, "marking the placeholder " + path.string());
  }
  return Made::kYes;
}

}  // namespace hallmark::sandbox
