// SPDX-License-Identifier: Apache-2.0
#include "lib/base/output_folder.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "lib/base/folder_reaper.h"

namespace hallmark {

namespace fs = std::filesystem;

namespace {

/// The folder that the kernel means by `path`, whose parents are made; it need not be there itself. "out/" is "out". Not
/// by the letters of the path: what "link/.." means is told by where the link leads.
Result<fs::path> Resolve(const fs::path& path) {
  const fs::path named = path.has_filename() ? path : path.parent_path();
  if (named.empty()) return UsageError("a folder's name is empty");
  std::error_code error;
  if (named.filename() == "." || named.filename() == "..") {
    fs::path folder = fs::canonical(named, error);
    if (error) return ErrnoError(error.value(), named.string());
    return folder;
  }
  const fs::path parent = FolderOf(named);
  fs::create_directories(parent, error);
  if (error) return ErrnoError(error.value(), "making " + parent.string());
  const fs::path folder = fs::canonical(parent, error);
  if (error) return ErrnoError(error.value(), parent.string());
  return folder / named.filename();
}

}  // namespace

Result<OutputFolder> OutputFolder::Create(const fs::path& path,
                                          const std::function<bool(const fs::path&)>& may_replace) {
  ASSIGN_OR_RETURN(fs::path resolved, Resolve(path));
  OutputFolder folder(std::move(resolved));
  std::error_code error;
  const bool there = fs::exists(fs::symlink_status(folder.path_, error));
  if (there && !may_replace(folder.path_)) {
    return UsageError(folder.path_.string() + " exists already, and is not what may be replaced")
        .WithHint("name another folder, or remove it");
  }
  folder.replaces_ = there && !fs::is_empty(folder.path_, error);
  return folder;
}

Result<const File*> OutputFolder::NewFile(const std::string& name) {
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

Result<void> OutputFolder::Write(const std::string& name, ByteSpan bytes) {
  ASSIGN_OR_RETURN(const File* file, NewFile(name));
  return file->WriteAt(0, bytes);
}

Result<void> OutputFolder::Commit(const std::function<Result<void>(const fs::path&)>& finish) {
  const fs::path hidden = path_.parent_path() / (".hallmark-" + RandomSuffix());
  // Before there is anything to remove: no moment is left in which a kill could leave it.
  ASSIGN_OR_RETURN(const FolderReaper reaper, FolderReaper::Start(hidden));
  if (mkdir(hidden.c_str(), 0700) != 0) return ErrnoError(errno, "making " + path_.string());
  for (const Output& output : files_) {
    const std::string descriptor = "/proc/self/fd/" + std::to_string(output.file.fd());
    const fs::path name = hidden / output.name;
    if (linkat(AT_FDCWD, descriptor.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      return ErrnoError(errno, "naming " + output.file.path());
    }
  }
  RETURN_IF_ERROR(finish(hidden));
  constexpr mode_t kFolderMode = 0755;
  if (chmod(hidden.c_str(), kFolderMode) != 0) return ErrnoError(errno, hidden.string());
  if (rename(hidden.c_str(), path_.c_str()) == 0) return {};
  if (errno != ENOTEMPTY && errno != EEXIST) return ErrnoError(errno, "renaming to " + path_.string());
  if (!replaces_) {
    return UsageError(path_.string() + ": has come to hold something meanwhile").WithHint("name another folder");
  }
  // What is there is not empty: it changes places with the new one and goes away with the hidden folder.
  if (syscall(SYS_renameat2, AT_FDCWD, hidden.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) != 0) {
    return ErrnoError(errno, "replacing " + path_.string());
  }
  return {};
}

bool IsEmptyFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(fs::symlink_status(path, error)) && fs::is_empty(path, error) && !error;
}

}  // namespace hallmark
