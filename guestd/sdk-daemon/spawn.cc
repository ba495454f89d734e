// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/spawn.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace hallmark::guest {
namespace {

constexpr rlim_t kDefaultOpenFiles = 65536;

/// The child's ends of the streams.
struct ChildFiles {
  UniqueFd input;
  UniqueFd output;
  UniqueFd error;
  UniqueFd failure;
};

Result<void> OpenPipes(Spawned& ours, ChildFiles& theirs) {
  ASSIGN_OR_RETURN(Pipe input, MakePipe());
  ASSIGN_OR_RETURN(Pipe output, MakePipe());
  ASSIGN_OR_RETURN(Pipe error, MakePipe());
  ours.input = std::move(input.write_end);
  ours.output = std::move(output.read_end);
  ours.error = std::move(error.read_end);
  theirs.input = std::move(input.read_end);
  theirs.output = std::move(output.write_end);
  theirs.error = std::move(error.write_end);
  return {};
}

Result<void> OpenTerminal(const SpawnRequest& request, Spawned& ours, ChildFiles& theirs) {
  UniqueFd master(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!master.valid()) return ErrnoError(errno, "opening a terminal");
  const int unlocked = 0;
  if (ioctl(master.get(), TIOCSPTLCK, &unlocked) != 0) return ErrnoError(errno, "unlocking the terminal");
  UniqueFd slave(ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave.valid()) return ErrnoError(errno, "opening the terminal's other end");
  if (fchown(slave.get(), request.uid, request.uid) != 0 || fchmod(slave.get(), 0600) != 0) {
    return ErrnoError(errno, "giving the terminal to the session's user");
  }
  RETURN_IF_ERROR(ResizeTerminal(master.get(), *request.terminal));
  ours.input = UniqueFd(fcntl(master.get(), F_DUPFD_CLOEXEC, 0));
  ours.output = std::move(master);
  theirs.output = UniqueFd(fcntl(slave.get(), F_DUPFD_CLOEXEC, 0));
  theirs.error = UniqueFd(fcntl(slave.get(), F_DUPFD_CLOEXEC, 0));
  theirs.input = std::move(slave);
  return {};
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void Fail(int failure, const char* step) {
  SpawnFailure report;
  report.error_number = errno;
  std::strncpy(report.step.data(), step, report.step.size() - 1);
  [[maybe_unused]] const ssize_t ignored = write(failure, &report, sizeof report);
  _exit(127);
}

void ResetSignals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number = 1; number < SIGRTMIN; ++number) signal(number, SIG_DFL);
}

/// The child must not inherit settings that are the daemon's own, above all its protection from the out-of-memory
/// killer.
void ResetProtection(int failure) {
  const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, "0", 1) != 1) Fail(failure, "/proc/self/oom_score_adj");
  close(fd);
}

void LimitResources(const SpawnRequest& request, int failure) {
  rlimit ours;
  if (getrlimit(RLIMIT_NOFILE, &ours) != 0) Fail(failure, "limiting open files");
  const rlim_t files = request.open_files ? *request.open_files : std::min(kDefaultOpenFiles, ours.rlim_max);
  const rlimit open_files = {files, files};
  if (setrlimit(RLIMIT_NOFILE, &open_files) != 0) Fail(failure, "limiting open files");
  const rlimit no_core = {0, 0};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0) Fail(failure, "limiting core dumps");
}

void BecomeUser(uid_t id, int failure) {
  if (setgroups(0, nullptr) != 0) Fail(failure, "setgroups");
  if (setresgid(id, id, id) != 0) Fail(failure, "setresgid");
  if (setresuid(id, id, id) != 0) Fail(failure, "setresuid");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) Fail(failure, "no_new_privs");
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a change of user clears it, so it comes last
}

[[noreturn]] void ExecuteInChild(const SpawnRequest& request, const ChildFiles& files, char** argv,
                                 char** environment) {
  const int failure = files.failure.get();
  ResetSignals();
  ResetProtection(failure);
  if (setns(request.mount_namespace->fd(), CLONE_NEWNS) != 0) Fail(failure, "entering the session's mount namespace");
  if (setsid() < 0) Fail(failure, "setsid");
  if (request.terminal && ioctl(files.input.get(), TIOCSCTTY, 0) != 0) Fail(failure, "taking the terminal");
  dup2(files.input.get(), STDIN_FILENO);
  dup2(files.output.get(), STDOUT_FILENO);
  dup2(files.error.get(), STDERR_FILENO);
  LimitResources(request, failure);
  umask(022);
  BecomeUser(request.uid, failure);
  if (chdir(request.working_directory.c_str()) != 0) Fail(failure, request.working_directory.c_str());
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  environ = environment;  // execvp(3) reads PATH from here
  execvp(argv[0], argv);
  Fail(failure, argv[0]);
}

}  // namespace

Result<void> ResizeTerminal(int terminal, const TerminalSize& size) {
  const winsize window = {.ws_row = size.rows, .ws_col = size.columns, .ws_xpixel = 0, .ws_ypixel = 0};
  if (ioctl(terminal, TIOCSWINSZ, &window) != 0) return ErrnoError(errno, "resizing the terminal");
  return {};
}

Result<Spawned> Spawn(const SpawnRequest& request) {
  Spawned spawned;
  ChildFiles files;
  RETURN_IF_ERROR(request.terminal ? OpenTerminal(request, spawned, files) : OpenPipes(spawned, files));
  ASSIGN_OR_RETURN(Pipe failure, MakePipe());
  spawned.failure = std::move(failure.read_end);
  files.failure = std::move(failure.write_end);
  ASSIGN_OR_RETURN(const File cgroup, request.cgroup.Open());
  std::vector<char*> argv = Pointers(request.argv);
  std::vector<char*> environment = Pointers(request.environment);

  int pidfd = -1;
  clone_args arguments{};
  arguments.flags = CLONE_PIDFD | CLONE_INTO_CGROUP;
  arguments.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<uint64_t>(cgroup.fd());
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0 && errno == EAGAIN) {
    return IoError("starting " + request.argv[0] + ": the session has as many processes as it may")
        .WithHint("end some, or raise its limit with session.limit");
  }
  if (pid < 0) return ErrnoError(errno, "starting " + request.argv[0]);
  if (pid == 0) ExecuteInChild(request, files, argv.data(), environment.data());
  spawned.pid = static_cast<pid_t>(pid);
  spawned.pidfd = UniqueFd(pidfd);
  return spawned;
}

}  // namespace hallmark::guest
