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

// One second after the epoch: no file that a person made has it.
constexpr timespec kPlaceholderTime{.tv_sec = 1, .tv_nsec = 0};
constexpr mode_t kPlaceholderFile = 0444;
constexpr mode_t kPlaceholderFolder = 0555;
// A folder that only a placeholder in it made necessary: the sticky bit, of no use in a folder of one owner, tells it.
constexpr mode_t kMadeFolder = S_ISVTX | 0755;

bool IsPlaceholder(const struct stat& status) {
  const mode_t mode = status.st_mode & 07777;
  if (status.st_mtim.tv_sec != kPlaceholderTime.tv_sec || status.st_mtim.tv_nsec != 0) return false;
  return S_ISDIR(status.st_mode) ? mode == kPlaceholderFolder
                                 : S_ISREG(status.st_mode) && mode == kPlaceholderFile && status.st_size == 0;
}

bool IsMadeFolder(const struct stat& status) {
  return S_ISDIR(status.st_mode) && (status.st_mode & 07777) == kMadeFolder;
}

}  // namespace

Result<Placeholders> Placeholders::Create(const std::string& session_home) {
  ASSIGN_OR_RETURN(File lock, File::Open(session_home, O_RDONLY | O_DIRECTORY));
  while (flock(lock.fd(), LOCK_SH) != 0) {
    if (errno != EINTR) return ErrnoError(errno, "locking " + session_home);
  }
  return Placeholders(session_home, std::move(lock));
}

Placeholders::~Placeholders() {
  // Not while another command of this session runs: it needs them too, and removes them in the end.
  if (lock_.fd() < 0 || made_.empty() || flock(lock_.fd(), LOCK_EX | LOCK_NB) != 0) return;
  for (auto path = made_.rbegin(); path != made_.rend(); ++path) {
    struct stat status;
    if (lstat(path->c_str(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode)) {
      rmdir(path->c_str());  // fails on one that somebody put something into
    } else if (IsPlaceholder(status)) {
      unlink(path->c_str());
    }
  }
}

Result<Placeholders::Cover> Placeholders::CoverPath(const std::string& path, const std::string& writable, bool folder) {
  Cover cover;
  fs::path current = writable;
  // By descriptors, for another command of the session may be moving things about.
  UniqueFd parent(open(writable.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!parent.valid()) return ErrnoError(errno, writable);
  const fs::path relative = fs::path(path).lexically_relative(writable);
  for (auto part = relative.begin(); part != relative.end(); ++part) {
    current /= *part;
    const bool last = std::next(part) == relative.end();
    RETURN_IF_ERROR(Settle(parent.get(), current, last, !last || folder));
    if (last) break;
    UniqueFd next(openat(parent.get(), part->c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) {
      if (errno == ENOTDIR) break;  // a file, and stays one
      return ErrnoError(errno, current.string());
    }
    parent = std::move(next);
    cover.folders.push_back(current);
  }
  cover.path = current;
  return cover;
}

Result<void> Placeholders::Settle(int parent, const fs::path& path, bool placeholder, bool folder) {
  struct stat status;
  while (fstatat(parent, path.filename().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) return ErrnoError(errno, path.string());
    ASSIGN_OR_RETURN(const bool made, Make(parent, path, placeholder, folder));
    if (made) return {};
  }
  if (S_ISLNK(status.st_mode)) {
    return UnsupportedError(path.string() + " is a link, which can't be protected from being replaced")
        .WithHint("put what it points to in its place");
  }
  // A killed helper's, or that of a command that runs now.
  if (IsWithin(path.string(), session_home_) && (IsPlaceholder(status) || IsMadeFolder(status))) made_.push_back(path);
  return {};
}

Result<bool> Placeholders::Make(int parent, const fs::path& path, bool placeholder, bool folder) {
  const std::string name = path.filename();
  if (folder ? mkdirat(parent, name.c_str(), 0755) != 0 : mknodat(parent, name.c_str(), S_IFREG | 0644, 0) != 0) {
    if (errno == EEXIST) return false;
    return ErrnoError(errno, "making the placeholder " + path.string());
  }
  if (IsWithin(path.string(), session_home_)) made_.push_back(path);
  const UniqueFd made(openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  const std::array<timespec, 2> times = {kPlaceholderTime, kPlaceholderTime};
  const mode_t mode = !placeholder ? kMadeFolder : folder ? kPlaceholderFolder : kPlaceholderFile;
  if (!made.valid() || fchmod(made.get(), mode) != 0 || (placeholder && futimens(made.get(), times.data()) != 0)) {
    return ErrnoError(errno, "marking the placeholder " + path.string());
  }
  return true;
}

}  // namespace hallmark::sandbox
