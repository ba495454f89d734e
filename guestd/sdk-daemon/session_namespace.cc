// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_namespace.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <sstream>
#include <vector>

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSmallTmpfs = "mode=0755,size=1m,nr_inodes=4096";
// It is memory that counts as the session's. The size is enough for what builds put there, and too little to starve the
// machine.
constexpr const char* kTemporaryTmpfs = "mode=1777,size=25%";

Result<void> Mount(const char* type, const fs::path& target, unsigned long flags, const char* options) {
  if (mount(type, target.c_str(), type, flags, options) == 0) return {};
  return ErrnoError(errno, std::string("mounting ") + type + " at " + target.string());
}

Result<void> MakeDirectory(const fs::path& path) {
  if (mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return ErrnoError(errno, "making directory " + path.string());
}

/// Opens below `directory` without following any link, so that links left there by a session or a host lead nowhere.
Result<UniqueFd> OpenBelow(int directory, const std::string& path, const std::string& what) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  UniqueFd fd(static_cast<int>(syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how)));
  if (!fd.valid()) return ErrnoError(errno, what);
  return fd;
}

/// A copy of the mount at `path`, not attached anywhere yet.
Result<UniqueFd> CopyMount(int directory, const std::string& path, unsigned int flags, const std::string& what) {
  UniqueFd tree(open_tree(directory, path.c_str(), flags | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
  if (!tree.valid()) return ErrnoError(errno, what);
  return tree;
}

Result<void> SetAttributes(const UniqueFd& tree, uint64_t attributes, const std::string& what) {
  struct mount_attr attr {};
  attr.attr_set = attributes;
  attr.propagation = MS_PRIVATE;
  if (mount_setattr(tree.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) == 0) return {};
  return ErrnoError(errno, what);
}

Result<void> AttachMount(const UniqueFd& tree, int directory, const std::string& path, unsigned int flags,
                         const std::string& what) {
  if (move_mount(tree.get(), "", directory, path.c_str(), flags | MOVE_MOUNT_F_EMPTY_PATH) == 0) return {};
  return ErrnoError(errno, what);
}

Result<void> EnterNamespace(const File& mount_namespace) {
  if (setns(mount_namespace.fd(), CLONE_NEWNS) == 0) return {};
  return ErrnoError(errno, "entering the session's mount namespace");
}

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ':');) fields.push_back(field);
  return fields;
}

/// The lines of `system` with neither the name nor the id of the session's user, followed by `line`.
std::string WithLine(const std::string& system, const NamespacePlan& plan, const std::string& line) {
  std::string text;
  std::istringstream lines(system);
  for (std::string kept; std::getline(lines, kept);) {
    const std::vector<std::string> fields = Fields(kept);
    if (fields.size() < 3 || fields[0] == plan.name || fields[2] == std::to_string(plan.uid)) continue;
    text += kept + "\n";
  }
  return text + line + "\n";
}

Result<void> WriteOver(const fs::path& target, const fs::path& source, const std::string& text) {
  RETURN_IF_ERROR(WriteFileAtomically(source, AsBytes(text), 0644));
  if (mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) == 0) return {};
  return ErrnoError(errno, "mounting over " + target.string());
}

Result<void> BindUserDatabase(const NamespacePlan& plan, const fs::path& scratch) {
  RETURN_IF_ERROR(MakeDirectory(scratch));
  ASSIGN_OR_RETURN(const std::string passwd, ReadSmallFile("/etc/passwd"));
  ASSIGN_OR_RETURN(const std::string group, ReadSmallFile("/etc/group"));
  RETURN_IF_ERROR(WriteOver("/etc/passwd", scratch / "passwd", PasswdWith(passwd, plan)));
  return WriteOver("/etc/group", scratch / "group", GroupWith(group, plan));
}

/// Hides everything below the sessions' directory but the home.
Result<void> ArrangeSessionsDirectory(const NamespacePlan& plan) {
  const fs::path sessions = plan.home.parent_path();
  const std::string what = "mounting " + plan.home.string();
  ASSIGN_OR_RETURN(const UniqueFd home, CopyMount(AT_FDCWD, plan.home, AT_SYMLINK_NOFOLLOW, what));
  UniqueFd programs;
  if (!plan.programs.empty()) {
    ASSIGN_OR_RETURN(programs, CopyMount(AT_FDCWD, plan.programs, 0, plan.programs.string()));
    RETURN_IF_ERROR(SetAttributes(programs, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, what));
  }
  RETURN_IF_ERROR(SetAttributes(home, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, what));
  RETURN_IF_ERROR(Mount("tmpfs", sessions, MS_NOSUID | MS_NODEV, kSmallTmpfs));
  RETURN_IF_ERROR(MakeDirectory(plan.home));
  RETURN_IF_ERROR(AttachMount(home, AT_FDCWD, plan.home, 0, what));
  if (programs.valid()) {
    RETURN_IF_ERROR(MakeDirectory(sessions / kProgramsName));
    RETURN_IF_ERROR(AttachMount(programs, AT_FDCWD, sessions / kProgramsName, 0, plan.programs.string()));
  }
  RETURN_IF_ERROR(BindUserDatabase(plan, sessions / ".etc"));
  if (mount(nullptr, sessions.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) !=
      0) {
    return ErrnoError(errno, "making " + sessions.string() + " read-only");
  }
  return {};
}

/// Makes the session's mnt directory again if its user removed it, and mounts a tmpfs on it, so that the mount points
/// of shared directories take no space on the disk.
Result<void> ArrangeSharedPlace(const NamespacePlan& plan) {
  ASSIGN_OR_RETURN(const File home, File::Open(plan.home, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  const std::string place = (plan.home / "mnt").string();
  if (mkdirat(home.fd(), "mnt", 0755) != 0 && errno != EEXIST) return ErrnoError(errno, "making directory " + place);
  ASSIGN_OR_RETURN(const UniqueFd directory, OpenBelow(home.fd(), "mnt", place));
  return Mount("tmpfs", "/proc/self/fd/" + std::to_string(directory.get()), MS_NOSUID | MS_NODEV, kSmallTmpfs);
}

}  // namespace

std::string PasswdWith(const std::string& system, const NamespacePlan& plan) {
  const std::string id = std::to_string(plan.uid);
  return WithLine(system, plan, plan.name + ":x:" + id + ":" + id + "::" + plan.home.string() + ":/bin/bash");
}

std::string GroupWith(const std::string& system, const NamespacePlan& plan) {
  return WithLine(system, plan, plan.name + ":x:" + std::to_string(plan.uid) + ":");
}

Result<void> CheckSharedDirectory(const SharedDirectory& directory) {
  const auto plain = [](const fs::path& part) { return part != "." && part != ".." && !part.empty(); };
  const fs::path source(directory.source);
  bool good = !directory.source.empty() && source.is_relative() && directory.source.find('\0') == std::string::npos;
  for (const fs::path& part : source) good = good && plain(part);
  if (!good) return UsageError("shared directory '" + directory.source + "': not a path below the shared directories");
  if (!plain(directory.name) || directory.name.find('/') != std::string::npos ||
      directory.name.find('\0') != std::string::npos || directory.name.size() > 255) {
    return UsageError("shared directory '" + directory.source + "': '" + directory.name + "' is not a plain file name");
  }
  return {};
}

Result<void> EnterNewNamespace(const NamespacePlan& plan) {
  if (unshare(CLONE_NEWNS) != 0) return ErrnoError(errno, "making a mount namespace");
  // With slave propagation, what is unmounted outside is unmounted here too, so that no session keeps a disk busy.
  // Nothing propagates in the other direction.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return ErrnoError(errno, "mount propagation of /");
  RETURN_IF_ERROR(ArrangeSessionsDirectory(plan));
  RETURN_IF_ERROR(ArrangeSharedPlace(plan));
  if (access(plan.shared.c_str(), F_OK) == 0) {
    RETURN_IF_ERROR(Mount("tmpfs", plan.shared, MS_NOSUID | MS_NODEV | MS_RDONLY, kSmallTmpfs));
  }
  for (const char* directory : {"/tmp", "/var/tmp", "/dev/shm"}) {
    RETURN_IF_ERROR(Mount("tmpfs", directory, MS_NOSUID | MS_NODEV, kTemporaryTmpfs));
  }
  return Mount("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=invisible");
}

Result<void> EnterAndAttach(const NamespacePlan& plan, const File& mount_namespace, const SharedDirectory& directory) {
  RETURN_IF_ERROR(CheckSharedDirectory(directory));
  const std::string what = "shared directory " + directory.source;
  ASSIGN_OR_RETURN(const File shared, File::Open(plan.shared, O_PATH | O_DIRECTORY));
  ASSIGN_OR_RETURN(const UniqueFd source, OpenBelow(shared.fd(), directory.source, what));
  ASSIGN_OR_RETURN(const UniqueFd tree, CopyMount(source.get(), "", AT_EMPTY_PATH, what));
  const uint64_t access = directory.read_only ? MOUNT_ATTR_RDONLY : 0;
  RETURN_IF_ERROR(SetAttributes(tree, access | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, what));

  RETURN_IF_ERROR(EnterNamespace(mount_namespace));
  ASSIGN_OR_RETURN(const File home, File::Open(plan.home, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  const std::string place = (plan.home / "mnt" / directory.name).string();
  ASSIGN_OR_RETURN(const UniqueFd mnt, OpenBelow(home.fd(), "mnt", place));
  if (mkdirat(mnt.get(), directory.name.c_str(), 0755) != 0) {
    return errno == EEXIST ? UsageError(place + " is taken by another shared directory") : ErrnoError(errno, place);
  }
  auto attached = AttachMount(tree, mnt.get(), directory.name, 0, "mounting " + what + " at " + place);
  if (!attached.ok()) unlinkat(mnt.get(), directory.name.c_str(), AT_REMOVEDIR);
  return attached;
}

Result<void> EnterAndDetach(const NamespacePlan& plan, const File& mount_namespace, const std::string& name) {
  RETURN_IF_ERROR(CheckSharedDirectory({"any", name, false}));
  RETURN_IF_ERROR(EnterNamespace(mount_namespace));
  ASSIGN_OR_RETURN(const File home, File::Open(plan.home, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  const std::string place = (plan.home / "mnt" / name).string();
  ASSIGN_OR_RETURN(const UniqueFd mnt, OpenBelow(home.fd(), "mnt", place));
  if (fchdir(mnt.get()) != 0) return ErrnoError(errno, place);
  const bool was_mounted = umount2(name.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH) == 0;
  if (!was_mounted && errno != ENOENT && errno != EINVAL) return ErrnoError(errno, "unmounting " + place);
  // Also removes the mount point of a directory that is just being attached; its mount goes with it. Another worker may
  // be removing it too.
  if (rmdir(name.c_str()) != 0 && errno != ENOENT && was_mounted) return ErrnoError(errno, "removing " + place);
  return {};
}

}  // namespace hallmark::guest
