// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/work_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// Locks a directory; returns an invalid file if somebody else has locked it.
Result<File> TryLockDirectory(const fs::path& directory) {
  ASSIGN_OR_RETURN(File file, File::Open(directory, O_RDONLY | O_DIRECTORY));
  if (flock(file.fd(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) return ErrnoError(errno, "locking " + directory.string());
  return File();
}

void Sweep(const fs::path& parent) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored)) {
    if (!entry.is_directory(ignored)) continue;
    const Result<File> lock = TryLockDirectory(entry.path());
    if (lock.ok() && lock->fd() >= 0) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

Result<WorkDirectory> WorkDirectory::Create(const Cache& cache) {
  const fs::path parent = cache.directory() / "work";
  // A directory that is made but not locked yet looks unused: meanwhile no sweep may happen.
  ASSIGN_OR_RETURN(const FileLock creating, FileLock::Acquire(parent / ".lock"));
  Sweep(parent);
  std::string name = (parent / "build-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return ErrnoError(errno, "making a directory in " + parent.string());
  ASSIGN_OR_RETURN(File lock, TryLockDirectory(name));
  // A mount that is still in it would keep it from being removed.
  ASSIGN_OR_RETURN(DirectoryReaper reaper, DirectoryReaper::Start(name, {fs::path(name) / kTreeName}));
  return WorkDirectory(name, std::move(lock), std::move(reaper));
}

}  // namespace hallmark
