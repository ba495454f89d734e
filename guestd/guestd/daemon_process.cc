// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/daemon_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "guestd/common/log.h"

namespace hallmark::guest {
namespace {

[[noreturn]] void ExecuteDaemon(const DaemonCommand& command, const std::optional<Cgroup>& cgroup, int socket,
                                pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  if (cgroup) {
    if (const auto entered = cgroup->Enter(); !entered.ok()) LogError("guestd", entered.error());
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  if (socket == kSupervisorFd) {
    fcntl(socket, F_SETFD, 0);
  } else {
    dup2(socket, kSupervisorFd);
  }
  for (const std::string& variable : command.environment) putenv(const_cast<char*>(variable.c_str()));
  std::vector<char*> pointers;
  pointers.reserve(command.argv.size() + 1);
  for (const std::string& argument : command.argv) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  execv(command.argv[0].c_str(), pointers.data());
  LogError("guestd", ErrnoError(errno, "running " + command.argv[0]));
  _exit(127);
}

}  // namespace

Result<DaemonProcess> StartDaemon(const DaemonCommand& command, const std::optional<Cgroup>& cgroup) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) return ErrnoError(errno, "socketpair");
  DaemonProcess process;
  process.socket = UniqueFd(sockets[0]);
  const UniqueFd theirs(sockets[1]);
  const pid_t parent = getpid();
  process.pid = fork();
  if (process.pid < 0) return ErrnoError(errno, "starting " + command.argv[0]);
  if (process.pid == 0) ExecuteDaemon(command, cgroup, theirs.get(), parent);
  process.pidfd = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0)));
  if (!process.pidfd.valid()) {
    const int error_number = errno;
    kill(process.pid, SIGKILL);
    waitpid(process.pid, nullptr, 0);
    return ErrnoError(error_number, "pidfd_open");
  }
  return process;
}

std::string ReapDaemon(const DaemonProcess& process) {
  int status = 0;
  while (waitpid(process.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return std::string("was ended by signal: ") + strsignal(WTERMSIG(status));
  return "ended with exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace hallmark::guest
