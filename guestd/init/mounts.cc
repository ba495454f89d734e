// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/mounts.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include "lib/base/file.h"
#include "lib/base/handle.h"

namespace hallmark::guest {
namespace {

constexpr int kMaxLinks = 40;  // the kernel's own limit on links in a path

Result<void> MakeDirectory(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return ErrnoError(errno, "making directory " + path);
  return {};
}

Result<void> Mount(const std::string& source, const std::string& target, const std::string& type, unsigned long flags,
                   const std::string& options) {
  if (mount(source.c_str(), target.c_str(), type.c_str(), flags, options.c_str()) != 0) {
    return ErrnoError(errno, "mounting " + source + " (" + type + ") at " + target);
  }
  return {};
}

/// Removes everything in a directory that is on the same filesystem. Ignores errors: the only purpose is to free
/// memory.
void EmptyInitramfs(int directory, dev_t filesystem) {
  const std::unique_ptr<DIR, Deleter<closedir>> handle(fdopendir(directory));
  if (handle == nullptr) return;
  while (const dirent* entry = readdir(handle.get())) {
    const std::string_view name = entry->d_name;
    struct stat status;
    if (name == "." || name == ".." || fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (status.st_dev != filesystem) continue;
    if (S_ISDIR(status.st_mode)) {
      EmptyInitramfs(openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), filesystem);
    }
    unlinkat(directory, entry->d_name, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
  }
}

/// Opens the root directory if it is the initramfs: nothing else may ever be emptied.
UniqueFd OpenInitramfs() {
  struct statfs filesystem;
  if (statfs("/", &filesystem) != 0) return {};
  const auto type = static_cast<unsigned long>(filesystem.f_type);
  if (type != RAMFS_MAGIC && type != TMPFS_MAGIC) return {};
  return UniqueFd(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// Checks that `path`, with `root` taken for "/", leads to an executable file. Debian's /sbin/init is an absolute link
/// below the link /sbin, so this follows the links itself.
Result<void> CheckExecutable(const std::string& root, const std::string& path) {
  const UniqueFd directory(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::string current = path;
  for (int links = 0; links < kMaxLinks; ++links) {
    struct stat status;
    if (fstatat(directory.get(), current.c_str() + 1, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return ErrnoError(errno, path + " in the root filesystem");
    }
    if (!S_ISLNK(status.st_mode)) {
      if (S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0) return {};
      return UnsupportedError(path + " in the root filesystem: not a program");
    }
    std::array<char, 4096> target;
    const ssize_t length = readlinkat(directory.get(), current.c_str() + 1, target.data(), target.size());
    if (length <= 0) return ErrnoError(errno, path + " in the root filesystem");
    const std::string link(target.data(), static_cast<size_t>(length));
    current = link.starts_with('/') ? link : current.substr(0, current.rfind('/') + 1) + link;
  }
  return ErrnoError(ELOOP, path + " in the root filesystem");
}

}  // namespace

Result<void> MountKernelFilesystems() {
  struct Entry {
    const char* source;
    const char* target;
    const char* type;
    unsigned long flags;
    const char* options;
  };
  static constexpr std::array<Entry, 4> kEntries = {{
      {"devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755"},
      {"proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
      {"sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
      {"tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=20%"},
  }};
  for (const Entry& entry : kEntries) {
    RETURN_IF_ERROR(MakeDirectory(entry.target, 0755));
    RETURN_IF_ERROR(Mount(entry.source, entry.target, entry.type, entry.flags, entry.options));
  }
  return {};
}

Result<void> MountRoot(const std::string& node, const std::string& type, const std::string& options) {
  RETURN_IF_ERROR(MakeDirectory("/run/hallmark", 0700));  // the upper directory holds changed files of every user
  RETURN_IF_ERROR(MakeDirectory(kLowerDirectory, 0755));
  return Mount(node, kLowerDirectory, type, MS_RDONLY, options);
}

Result<void> MountOverlay(const std::string& size) {
  const std::string upper = kUpperDirectory;
  RETURN_IF_ERROR(MakeDirectory(upper, 0755));
  RETURN_IF_ERROR(Mount("tmpfs", upper, "tmpfs", 0, "mode=0755,size=" + size));
  RETURN_IF_ERROR(MakeDirectory(upper + "/data", 0755));
  RETURN_IF_ERROR(MakeDirectory(upper + "/work", 0755));
  RETURN_IF_ERROR(MakeDirectory(kNewRoot, 0755));
  return Mount("overlay", kNewRoot, "overlay", 0,
               "lowerdir=" + std::string(kLowerDirectory) + ",upperdir=" + upper + "/data,workdir=" + upper + "/work");
}

Result<void> SwitchRoot(const std::string& init, char** arguments) {
  RETURN_IF_ERROR(CheckExecutable(kNewRoot, init));
  UniqueFd initramfs = OpenInitramfs();
  for (const char* directory : {"/dev", "/proc", "/sys", "/run"}) {
    const std::string target = std::string(kNewRoot) + directory;
    RETURN_IF_ERROR(MakeDirectory(target, 0755));
    if (mount(directory, target.c_str(), nullptr, MS_MOVE, nullptr) != 0) {
      return ErrnoError(errno, std::string("moving ") + directory + " to the new root");
    }
  }
  if (chdir(kNewRoot) != 0) return ErrnoError(errno, kNewRoot);
  struct stat status;
  if (initramfs.valid() && fstat(initramfs.get(), &status) == 0) EmptyInitramfs(initramfs.Release(), status.st_dev);
  if (mount(".", "/", nullptr, MS_MOVE, nullptr) != 0) return ErrnoError(errno, "moving the new root to /");
  if (chroot(".") != 0 || chdir("/") != 0) return ErrnoError(errno, "changing to the new root");
  std::string name = init;
  arguments[0] = name.data();
  execv(init.c_str(), arguments);
  return ErrnoError(errno, "running " + init);
}

}  // namespace hallmark::guest
