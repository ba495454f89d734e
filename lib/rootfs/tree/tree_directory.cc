// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/tree_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "lib/base/handle.h"

namespace hallmark {
namespace {

UniqueFd OpenInRoot(int root, const std::string& path, uint64_t flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return UniqueFd(static_cast<int>(syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

Error TreeError(std::string_view path) { return ErrnoError(errno, "in the tree: " + std::string(path)); }

Result<void> SetOwner(int directory, const std::string& name, const Ownership& owner, std::string_view path,
                      bool link) {
  if (fchownat(directory, name.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0) return TreeError(path);
  // The mode is set after the owner: a change of owner removes set-id bits.
  if (!link && fchmodat(directory, name.c_str(), owner.mode, 0) != 0) return TreeError(path);
  return {};
}

}  // namespace

Result<TreeDirectory> TreeDirectory::Open(const std::filesystem::path& directory) {
  ASSIGN_OR_RETURN(File root, File::Open(directory, O_PATH | O_DIRECTORY));
  return TreeDirectory(std::move(root));
}

bool TreeDirectory::Exists(std::string_view path) const {
  return OpenInRoot(root_.fd(), std::string(path), O_PATH | O_NOFOLLOW).valid();
}

bool TreeDirectory::IsDirectory(std::string_view path) const {
  return OpenInRoot(root_.fd(), std::string(path), O_PATH | O_DIRECTORY).valid();
}

std::vector<std::string> TreeDirectory::List(std::string_view path) const {
  std::vector<std::string> names;
  UniqueFd fd = OpenInRoot(root_.fd(), std::string(path), O_RDONLY | O_DIRECTORY);
  if (!fd.valid()) return names;
  const std::unique_ptr<DIR, Deleter<closedir>> directory(fdopendir(fd.get()));
  if (directory == nullptr) return names;
  fd.Release();
  while (const dirent* entry = readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> TreeDirectory::Read(std::string_view path) const {
  constexpr uint64_t kLimit = 16 << 20;
  UniqueFd fd = OpenInRoot(root_.fd(), std::string(path), O_RDONLY);
  if (!fd.valid()) return TreeError(path);
  const File file(std::move(fd), std::string(path));
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  if (size > kLimit) return CorruptError("in the tree: " + std::string(path) + ": larger than 16 MiB");
  std::string content(size, '\0');
  RETURN_IF_ERROR(file.ReadAt(0, {reinterpret_cast<uint8_t*>(content.data()), content.size()}));
  return content;
}

std::string TreeDirectory::ReadLink(std::string_view path) const {
  const UniqueFd fd = OpenInRoot(root_.fd(), std::string(path), O_PATH | O_NOFOLLOW);
  char target[4096];
  const ssize_t length = fd.valid() ? readlinkat(fd.get(), "", target, sizeof target) : -1;
  return length > 0 ? std::string(target, static_cast<size_t>(length)) : std::string();
}

/// The directory that holds `path`; made if it is missing.
Result<TreeDirectory::Place> TreeDirectory::Locate(std::string_view path) const {
  const size_t slash = path.rfind('/');
  const std::string parent(path.substr(0, std::max<size_t>(slash, 1)));
  Place place{OpenInRoot(root_.fd(), parent, O_PATH | O_DIRECTORY), std::string(path.substr(slash + 1))};
  if (!place.parent.valid() && errno == ENOENT) {
    RETURN_IF_ERROR(MakeDirectory(parent, {.mode = 0755}));
    place.parent = OpenInRoot(root_.fd(), parent, O_PATH | O_DIRECTORY);
  }
  if (!place.parent.valid()) return TreeError(parent);
  return place;
}

Result<File> TreeDirectory::Create(std::string_view path) const {
  ASSIGN_OR_RETURN(const Place place, Locate(path));
  if (unlinkat(place.parent.get(), place.name.c_str(), 0) != 0 && errno != ENOENT) return TreeError(path);
  UniqueFd fd(
      openat(place.parent.get(), place.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return TreeError(path);
  return File(std::move(fd), std::string(path));
}

Result<void> TreeDirectory::WriteWith(std::string_view path, const Ownership& owner,
                                      const std::function<Result<void>(const File&)>& fill) const {
  ASSIGN_OR_RETURN(const File file, Create(path));
  RETURN_IF_ERROR(fill(file));
  if (fchown(file.fd(), owner.uid, owner.gid) != 0 || fchmod(file.fd(), owner.mode) != 0) return TreeError(path);
  return {};
}

Result<void> TreeDirectory::Write(std::string_view path, std::string_view content, const Ownership& owner) const {
  return WriteWith(path, owner, [content](const File& file) { return file.WriteAt(0, AsBytes(content)); });
}

Result<void> TreeDirectory::CopyFrom(const File& source, std::string_view path, const Ownership& owner) const {
  return WriteWith(path, owner, [&source](const File& file) { return CopyContent(source, file); });
}

Result<void> TreeDirectory::SymbolicLink(std::string_view path, const std::string& target,
                                         const Ownership& owner) const {
  ASSIGN_OR_RETURN(const Place place, Locate(path));
  if (unlinkat(place.parent.get(), place.name.c_str(), 0) != 0 && errno != ENOENT) return TreeError(path);
  if (symlinkat(target.c_str(), place.parent.get(), place.name.c_str()) != 0) return TreeError(path);
  return SetOwner(place.parent.get(), place.name, owner, path, true);
}

Result<void> TreeDirectory::Fifo(std::string_view path, const Ownership& owner) const {
  ASSIGN_OR_RETURN(const Place place, Locate(path));
  if (unlinkat(place.parent.get(), place.name.c_str(), 0) != 0 && errno != ENOENT) return TreeError(path);
  if (mkfifoat(place.parent.get(), place.name.c_str(), 0600) != 0) return TreeError(path);
  return SetOwner(place.parent.get(), place.name, owner, path, false);
}

Result<void> TreeDirectory::MakeDirectory(std::string_view path, const Ownership& owner) const {
  if (path == "/") return {};
  ASSIGN_OR_RETURN(const Place place, Locate(path));
  if (mkdirat(place.parent.get(), place.name.c_str(), 0700) != 0) {
    if (errno != EEXIST || !IsDirectory(path)) return TreeError(path);
    if (!ReadLink(path).empty()) return {};
  }
  return SetOwner(place.parent.get(), place.name, owner, path, false);
}

Result<void> TreeDirectory::Remove(std::string_view path) const {
  if (!Exists(path)) return {};
  ASSIGN_OR_RETURN(const Place place, Locate(path));
  if (unlinkat(place.parent.get(), place.name.c_str(), 0) != 0 && errno != ENOENT) return TreeError(path);
  return {};
}

}  // namespace hallmark
