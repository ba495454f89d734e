// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "lib/base/file.h"
#include "lib/base/handle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

using Directory = std::unique_ptr<DIR, Deleter<closedir>>;

/// Returns 0, or errno: to the callers, some of these are not errors.
int OpenDirectory(int parent, const char* name, Directory& directory) {
  UniqueFd fd(openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) return errno;
  directory.reset(fdopendir(fd.get()));
  if (directory == nullptr) return errno;
  fd.Release();
  return 0;
}

/// Returns 0, or errno.
int VisitEntries(DIR* directory, const std::function<void(const char* name)>& visit) {
  while (true) {
    errno = 0;
    const dirent* entry = readdir(directory);
    if (entry == nullptr) return errno;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") visit(entry->d_name);
  }
}

/// Deletes one tree. A directory that is not empty first moves its content to the top of the tree, so the tree becomes
/// flatter with every pass, and no pass is more than two directories deep.
class TreeRemoval {
 public:
  TreeRemoval(const fs::path& path, Removed& removed) : path_(path), removed_(removed) {}

  Result<void> Run() {
    while (true) {
      if (Unlink(AT_FDCWD, path_.c_str())) return {};
      if (error_ != ENOTEMPTY) return ErrnoError(error_, "deleting " + path_.string());
      const Removed before = removed_;
      moved_ = false;
      failure_ = 0;
      if (const int error = Flatten(); error != 0 && error != ENOENT) Fail(error);
      const bool progress = moved_ || removed_.files != before.files;
      if (failure_ != 0 && !progress) return ErrnoError(failure_, "deleting what is in " + path_.string());
    }
  }

 private:
  /// One pass over the top directory.
  int Flatten() {
    if (const int error = OpenDirectory(AT_FDCWD, path_.c_str(), top_); error != 0) return error;
    return VisitEntries(top_.get(), [&](const char* name) {
      if (Unlink(dirfd(top_.get()), name)) return;
      const int error = error_ == ENOTEMPTY ? Empty(name) : error_;
      if (error != 0 && error != ENOENT) Fail(error);
    });
  }

  /// Deletes the content of a directory of the top, moves its non-empty subdirectories to the top, and deletes it.
  int Empty(const char* name) {
    const int top = dirfd(top_.get());
    Directory directory;
    if (const int error = OpenDirectory(top, name, directory); error != 0) return error;
    const int read = VisitEntries(directory.get(), [&](const char* child) {
      if (Unlink(dirfd(directory.get()), child)) return;
      if (error_ != ENOTEMPTY) return Fail(error_);
      if (renameat(dirfd(directory.get()), child, top, RandomSuffix().c_str()) == 0) {
        moved_ = true;
      } else if (errno != ENOENT) {
        Fail(errno);
      }
    });
    if (read != 0) return read;
    if (Unlink(top, name) || error_ == ENOTEMPTY) return 0;  // the next pass deletes what was added meanwhile
    return error_;
  }

  /// Deletes a file or an empty directory. True if it is gone; otherwise error_ says why, with ENOTEMPTY for a
  /// directory that is not empty.
  bool Unlink(int parent, const char* name) {
    struct stat status;
    if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return Gone(errno);
    const bool directory = S_ISDIR(status.st_mode);
    if (unlinkat(parent, name, directory ? AT_REMOVEDIR : 0) != 0) return Gone(errno == EEXIST ? ENOTEMPTY : errno);
    ++removed_.files;
    if (directory || status.st_nlink == 1) removed_.bytes += AllocatedBytes(status);
    return true;
  }

  bool Gone(int error) {
    error_ = error;
    return error == ENOENT;
  }

  void Fail(int error) {
    if (failure_ == 0) failure_ = error;
  }

  const fs::path& path_;
  Removed& removed_;
  Directory top_;
  int error_ = 0;       // of the last Unlink()
  int failure_ = 0;     // the first one of a pass
  bool moved_ = false;  // this pass moved something
};

}  // namespace

Result<void> RemoveTree(const fs::path& path, Removed& removed) { return TreeRemoval(path, removed).Run(); }

Result<void> RemoveContent(const fs::path& directory, Removed& removed,
                           const std::function<bool(std::string_view name)>& keep) {
  Directory opened;
  if (const int error = OpenDirectory(AT_FDCWD, directory.c_str(), opened); error != 0) {
    return ErrnoError(error, directory.string());
  }
  Result<void> result;
  const int error = VisitEntries(opened.get(), [&](const char* name) {
    if (keep && keep(name)) return;
    auto deleted = RemoveTree(directory / name, removed);
    if (result.ok() && !deleted.ok()) result = std::move(deleted);
  });
  if (result.ok() && error != 0) return ErrnoError(error, directory.string());
  return result;
}

}  // namespace hallmark
