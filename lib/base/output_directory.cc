// SPDX-License-Identifier: Apache-2.0
#include "lib/base/output_directory.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "lib/base/directory_reaper.h"

namespace hallmark {

namespace fs = std::filesystem;

namespace {

/// The directory that the kernel means by `path`. Makes its parents; it need not exist itself. "out/" is "out". It asks
/// the filesystem and not the text of the path: "link/.." depends on where the link leads.
Result<fs::path> Resolve(const fs::path& path) {
  const fs::path named = path.has_filename() ? path : path.parent_path();
  if (named.empty()) return UsageError("a directory's name is empty");
  std::error_code error;
  if (named.filename() == "." || named.filename() == "..") {
    fs::path directory = fs::canonical(named, error);
    if (error) return ErrnoError(error.value(), named.string());
    return directory;
  }
  const fs::path parent = DirectoryOf(named);
  fs::create_directories(parent, error);
  if (error) return ErrnoError(error.value(), "making " + parent.string());
  const fs::path directory = fs::canonical(parent, error);
  if (error) return ErrnoError(error.value(), parent.string());
  return directory / named.filename();
}

}  // namespace

Result<OutputDirectory> OutputDirectory::Create(const fs::path& path,
                                                const std::function<bool(const fs::path&)>& may_replace) {
  ASSIGN_OR_RETURN(fs::path resolved, Resolve(path));
  OutputDirectory directory(std::move(resolved));
  std::error_code error;
  const bool there = fs::exists(fs::symlink_status(directory.path_, error));
  if (there && !may_replace(directory.path_)) {
    return UsageError(directory.path_.string() + " exists already, and is not what may be replaced")
        .WithHint("name another directory, or remove it");
  }
  directory.replaces_ = there && !fs::is_empty(directory.path_, error);
  return directory;
}

Result<const File*> OutputDirectory::NewFile(const std::string& name) {
  constexpr mode_t kMode = 0644;
  const fs::path parent = path_.parent_path();
  UniqueFd fd(open(parent.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kMode));
  if (!fd.valid() && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    return UnsupportedError(parent.string() + ": its filesystem has no unnamed files (O_TMPFILE)")
        .WithHint("put the output on ext4, xfs, btrfs or tmpfs");
  }
  if (!fd.valid()) return ErrnoError(errno, "making a file in " + parent.string());
  if (fchmod(fd.get(), kMode) != 0) return ErrnoError(errno, (path_ / name).string());
  files_.push_back({name, File(std::move(fd), (path_ / name).string())});
  return &files_.back().file;
}

Result<void> OutputDirectory::Write(const std::string& name, ByteSpan bytes) {
  ASSIGN_OR_RETURN(const File* file, NewFile(name));
  return file->WriteAt(0, bytes);
}

Result<void> OutputDirectory::Commit(const std::function<Result<void>(const fs::path&)>& finish) {
  const fs::path hidden = path_.parent_path() / (".hallmark-" + RandomSuffix());
  // Started before the directory exists: a kill can't leave it behind at any moment.
  ASSIGN_OR_RETURN(const DirectoryReaper reaper, DirectoryReaper::Start(hidden));
  if (mkdir(hidden.c_str(), 0700) != 0) return ErrnoError(errno, "making " + path_.string());
  for (const Output& output : files_) {
    const std::string descriptor = "/proc/self/fd/" + std::to_string(output.file.fd());
    const fs::path name = hidden / output.name;
    if (linkat(AT_FDCWD, descriptor.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      return ErrnoError(errno, "naming " + output.file.path());
    }
  }
  RETURN_IF_ERROR(finish(hidden));
  constexpr mode_t kDirectoryMode = 0755;
  if (chmod(hidden.c_str(), kDirectoryMode) != 0) return ErrnoError(errno, hidden.string());
  if (rename(hidden.c_str(), path_.c_str()) == 0) return {};
  if (errno != ENOTEMPTY && errno != EEXIST) return ErrnoError(errno, "renaming to " + path_.string());
  if (!replaces_) {
    return UsageError(path_.string() + ": has come to hold something meanwhile").WithHint("name another directory");
  }
  // The existing directory is not empty: exchange it with the new one, and remove it with the hidden directory.
  if (syscall(SYS_renameat2, AT_FDCWD, hidden.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) != 0) {
    return ErrnoError(errno, "replacing " + path_.string());
  }
  return {};
}

bool IsEmptyDirectory(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(fs::symlink_status(path, error)) && fs::is_empty(path, error) && !error;
}

}  // namespace hallmark
