// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/namespace.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <memory>

#include "lib/base/file.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kIds = 65536;  // as many as a Debian system gives to a user

Error NamespaceError(int error_number) {
  return ErrnoError(error_number, "making namespaces for the build")
      .WithHint("run as root, or let users make user namespaces: hallmark doctor tells how");
}

/// Runs newuidmap or newgidmap for `process` from outside its user namespace.
Result<void> MapIds(const char* program, pid_t process, uint32_t own, uint32_t subordinate) {
  return RunCommandChecked({.argv = {program, std::to_string(process), "0", std::to_string(own), "1", "1",
                                     std::to_string(subordinate), std::to_string(kIds - 1)}})
                 .ok()
             ? Result<void>()
             : IoError(std::string(program) + " could not give this build its subordinate ids")
                   .WithHint("hallmark doctor tells what is missing");
}

/// Moves this process into a user namespace. A helper stays outside, waits for a byte, and maps the ids of this
/// process.
Result<void> UnshareWithMappedIds() {
  const uid_t uid = getuid();
  const gid_t gid = getgid();
  const passwd* entry = getpwuid(uid);
  const std::string user = entry != nullptr ? entry->pw_name : std::to_string(uid);
  ASSIGN_OR_RETURN(const uint32_t subuid, SubordinateIds("/etc/subuid", user, uid));
  ASSIGN_OR_RETURN(const uint32_t subgid, SubordinateIds("/etc/subgid", user, uid));

  ASSIGN_OR_RETURN(Pipe ready, MakePipe());
  const pid_t process = getpid();
  const pid_t helper = fork();
  if (helper < 0) return ErrnoError(errno, "fork");
  if (helper == 0) {
    ready.write_end.Reset();
    char byte = 0;
    if (read(ready.read_end.get(), &byte, 1) != 1) _exit(1);
    const bool mapped =
        MapIds("newuidmap", process, uid, subuid).ok() && MapIds("newgidmap", process, gid, subgid).ok();
    _exit(mapped ? 0 : 2);
  }
  const int unshared = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : errno;
  if (unshared == 0 && write(ready.write_end.get(), "x", 1) != 1) return ErrnoError(errno, "pipe");
  ready.write_end.Reset();
  int status = 0;
  while (waitpid(helper, &status, 0) < 0 && errno == EINTR) {
  }
  if (unshared != 0) return NamespaceError(unshared);
  if (status != 0) {
    return IoError("newuidmap or newgidmap could not give this build its subordinate ids")
        .WithHint("hallmark doctor tells what is missing");
  }
  if (setgid(0) != 0 || setuid(0) != 0) return ErrnoError(errno, "becoming root of the build's user namespace");
  return {};
}

// Everything below, up to InTree, runs between fork and exec: system calls only.

/// A short text that is built without allocation: for paths between fork and exec.
class ShortPath {
 public:
  ShortPath(const char* directory, const char* rest) {
    size_t length = 0;
    for (const char* part : {directory, rest}) {
      for (; *part != '\0' && length + 1 < sizeof text_; ++part) text_[length++] = *part;
    }
    text_[length] = '\0';
  }
  [[nodiscard]] const char* get() const { return text_; }

 private:
  char text_[4096];
};

int BindReadWrite(const char* source, const char* target) {
  return mount(source, target, nullptr, MS_BIND | MS_REC, nullptr) == 0 ? 0 : errno;
}

/// Mounts a /dev with what a Debian chroot expects, and nothing of the builder's hardware.
int MountDev(const char* tree) {
  const ShortPath dev(tree, "/dev");
  if (mount("tmpfs", dev.get(), "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=1m") != 0) return errno;
  for (const char* name : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}) {
    const ShortPath node(tree, name);
    const int fd = open(node.get(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0) return errno;
    close(fd);
    if (const int error = BindReadWrite(name, node.get()); error != 0) return error;
  }
  constexpr std::pair<const char*, const char*> kLinks[] = {{"/proc/self/fd", "/dev/fd"},
                                                            {"/proc/self/fd/0", "/dev/stdin"},
                                                            {"/proc/self/fd/1", "/dev/stdout"},
                                                            {"/proc/self/fd/2", "/dev/stderr"},
                                                            {"pts/ptmx", "/dev/ptmx"}};
  for (const auto& [target, name] : kLinks) {
    if (symlink(target, ShortPath(tree, name).get()) != 0) return errno;
  }
  for (const char* name : {"/dev/pts", "/dev/shm"}) {
    if (mkdir(ShortPath(tree, name).get(), 0755) != 0) return errno;
  }
  if (mount("devpts", ShortPath(tree, "/dev/pts").get(), "devpts", MS_NOSUID | MS_NOEXEC,
            "newinstance,ptmxmode=0666") != 0) {
    return errno;
  }
  return mount("tmpfs", ShortPath(tree, "/dev/shm").get(), "tmpfs", MS_NOSUID, "mode=1777") == 0 ? 0 : errno;
}

int MountSystemDirectories(const char* tree) {
  if (mount("proc", ShortPath(tree, "/proc").get(), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return errno;
  if (mount("tmpfs", ShortPath(tree, "/sys").get(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0555") != 0) {
    return errno;
  }
  if (mount("tmpfs", ShortPath(tree, "/run").get(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0) return errno;
  if (mkdir(ShortPath(tree, "/run/lock").get(), 01777) != 0) return errno;
  return MountDev(tree);
}

#if defined(__x86_64__)
constexpr uint32_t kAuditArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kAuditArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the system calls of this architecture are not known"
#endif

constexpr sock_filter JumpIfCall(int call, uint8_t distance) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), distance, 0);
}

/// Makes fsync, fdatasync, sync, syncfs, sync_file_range and msync return 0 at once. A tree under construction is
/// thrown away after a crash, so it is useless to wait for the disk. The filter applies to qemu-user's own calls too.
int DropSyncCalls() {
  static const sock_filter kFilter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kAuditArchitecture, 0, 7),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      JumpIfCall(__NR_fsync, 6),
      JumpIfCall(__NR_fdatasync, 5),
      JumpIfCall(__NR_sync, 4),
      JumpIfCall(__NR_syncfs, 3),
      JumpIfCall(__NR_sync_file_range, 2),
      JumpIfCall(__NR_msync, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0),
  };
  const sock_fprog program = {.len = std::size(kFilter), .filter = const_cast<sock_filter*>(kFilter)};
  // PR_SET_NO_NEW_PRIVS stays off: maintainer scripts may run set-id programs of the tree, and we are root here.
  return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

/// Waits for process 1 of the namespace and ends with its status: the builder's side sees only this process.
[[noreturn]] void RelayExit(pid_t child, int kept) {
  dup2(kept, 0);
  close_range(1, ~0U, 0);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

struct TreeSetup {
  std::string tree;
  bool enter = false;
  struct Bind {
    std::string source;
    std::string target;  ///< on the builder: below the tree
    bool make = false;   ///< the target is a name in /run that must be made
    bool directory = false;
  };
  std::vector<Bind> binds;
};

/// Continues as process 1 of new namespaces, which dies with the process that called.
int EnterNamespaces() {
  constexpr int kNamespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
  if (unshare(kNamespaces) != 0) return errno;
  int alive[2];  // the parent holds one end: end of file means that it died before prctl took effect
  if (pipe2(alive, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  const pid_t child = fork();
  if (child < 0) return errno;
  if (child > 0) RelayExit(child, alive[1]);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close(alive[1]);
  char byte = 0;
  if (read(alive[0], &byte, 1) == 0) _exit(128 + SIGKILL);
  umask(022);
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return errno;
  return sethostname("localhost", 9) == 0 ? 0 : errno;
}

int EnterTree(const TreeSetup& setup) {
  if (const int error = EnterNamespaces(); error != 0) return error;
  if (const int error = MountSystemDirectories(setup.tree.c_str()); error != 0) return error;
  for (const TreeSetup::Bind& bind : setup.binds) {
    if (bind.make) {
      if (bind.directory ? mkdir(bind.target.c_str(), 0755) != 0 : mknod(bind.target.c_str(), S_IFREG | 0644, 0) != 0) {
        return errno;
      }
    }
    if (const int error = BindReadWrite(bind.source.c_str(), bind.target.c_str()); error != 0) return error;
  }
  if (setup.enter && (chroot(setup.tree.c_str()) != 0 || chdir("/") != 0)) return errno;
  return DropSyncCalls();
}

}  // namespace

Result<uint32_t> SubordinateIds(const char* file, const std::string& user, uid_t uid) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string owner = line.substr(0, first);
    if (owner != user && owner != std::to_string(uid)) continue;
    if (strtoull(line.c_str() + second + 1, nullptr, 10) + 1 < kIds) continue;
    return static_cast<uint32_t>(strtoull(line.c_str() + first + 1, nullptr, 10));
  }
  return IoError("user " + user + " has no range of " + std::to_string(kIds) + " subordinate ids in " + file)
      .WithHint("as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + user);
}

std::string_view NativeArchitecture() {
#if defined(__x86_64__)
  return "amd64";
#else
  return "arm64";
#endif
}

Result<void> CheckEmulation(std::string_view architecture) {
  if (architecture == NativeArchitecture()) return {};
  const std::string machine = architecture == "arm64" ? "aarch64" : "x86_64";
  const std::string missing = "programs of " + std::string(architecture) + " do not run here: ";
  const std::string remedy =
      "as root: apt-get install qemu-user-static binfmt-support; mount -t binfmt_misc binfmt_misc "
      "/proc/sys/fs/binfmt_misc; update-binfmts --enable qemu-" +
      machine;
  const fs::path directory = "/proc/sys/fs/binfmt_misc";
  std::error_code ignored;
  if (!fs::exists(directory / "status", ignored)) {
    return NotFoundError(missing + directory.string() + " is not mounted").WithHint(remedy);
  }
  for (const std::string& name : {"qemu-" + machine, "qemu-" + machine + "-static"}) {
    std::ifstream entry(directory / name);
    std::string flags;
    bool enabled = false;
    for (std::string line; std::getline(entry, line);) {
      if (line == "enabled") enabled = true;
      if (line.starts_with("flags: ")) flags = line.substr(7);
    }
    if (enabled && flags.find('F') != std::string::npos) return {};
  }
  return NotFoundError(missing + "binfmt_misc has no handler with flag F for qemu-" + machine).WithHint(remedy);
}

Result<void> EnterBuildNamespace() {
  if (geteuid() == 0) {
    if (unshare(CLONE_NEWNS) != 0) return NamespaceError(errno);
  } else {
    RETURN_IF_ERROR(UnshareWithMappedIds());
  }
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return NamespaceError(errno);
  return {};
}

Command InTree(Command command, const fs::path& tree, bool enter, const std::vector<TreeMount>& mounts) {
  auto setup = std::make_shared<TreeSetup>();
  setup->tree = tree.string();
  setup->enter = enter;
  for (const TreeMount& mount : mounts) {
    setup->binds.push_back({.source = mount.source.string(),
                            .target = setup->tree + mount.target,
                            .make = mount.target.starts_with("/run/"),
                            .directory = fs::is_directory(mount.source)});
  }
  command.before_exec = [setup] { return EnterTree(*setup); };
  return command;
}

Command WithoutNetwork(Command command) {
  command.before_exec = EnterNamespaces;
  return command;
}

std::vector<std::string> BuildEnvironment(uint64_t source_date_epoch) {
  return {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          "HOME=/root",
          "LC_ALL=C.UTF-8",
          "LANG=C.UTF-8",
          "TZ=UTC",
          "TERM=dumb",
          "SHELL=/bin/sh",
          "DEBIAN_FRONTEND=noninteractive",
          "DEBCONF_NONINTERACTIVE_SEEN=true",
          "DEBCONF_NOWARNINGS=yes",
          "SOURCE_DATE_EPOCH=" + std::to_string(source_date_epoch)};
}

}  // namespace hallmark
