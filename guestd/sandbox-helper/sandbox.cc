// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/sandbox.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "guestd/common/event_loop.h"
#include "guestd/sandbox-helper/bwrap_arguments.h"
#include "guestd/sandbox-helper/enter.h"
#include "guestd/sandbox-helper/file_plan.h"
#include "guestd/sandbox-helper/proxy.h"
#include "guestd/sandbox-helper/seccomp_program.h"
#include "lib/base/file.h"

namespace hallmark::sandbox {
namespace {

// Not searched for in PATH: that is the command's, and may name directories that the command writes.
constexpr const char* kBwrap = "/usr/bin/bwrap";

/// A memory file that a child inherits, positioned at its start.
Result<UniqueFd> MemoryFile(const char* name, ByteSpan bytes) {
  File file(UniqueFd(memfd_create(name, 0)), name);
  if (file.fd() < 0) return ErrnoError(errno, "making a file in memory");
  RETURN_IF_ERROR(file.WriteAt(0, bytes));
  return UniqueFd(dup(file.fd()));
}

Result<UniqueFd> SeccompFile() {
  const std::vector<sock_filter> program = SeccompProgram();
  return MemoryFile("seccomp", {reinterpret_cast<const uint8_t*>(program.data()), program.size() * sizeof program[0]});
}

/// This process's environment, with our proxy in place of any other.
std::vector<std::string> Environment() {
  static constexpr std::array<std::string_view, 6> kNames = {"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY",
                                                             "ALL_PROXY",  "NO_PROXY",    "RSYNC_PROXY"};
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name = Lowercase(text.substr(0, text.find('=')));
    const auto same = [&](std::string_view proxy) { return Lowercase(proxy) == name; };
    if (std::none_of(kNames.begin(), kNames.end(), same)) environment.emplace_back(text);
  }
  const std::string http = "http://127.0.0.1:" + std::to_string(kHttpProxyPort);
  const std::string socks = "socks5h://127.0.0.1:" + std::to_string(kSocksProxyPort);
  for (const std::string_view name : kNames) {
    std::string value = name.starts_with("HTTP") ? http : socks;
    if (name == "NO_PROXY") value = "localhost,127.0.0.1,::1";
    if (name == "RSYNC_PROXY") value = http.substr(http.find("//") + 2);
    environment.push_back(std::string(name) + "=" + value);
    environment.push_back(Lowercase(name) + "=" + value);
  }
  return environment;
}

/// Reads the signals of this process from a descriptor, without handlers.
class Signals {
 public:
  static Result<Signals> Create() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (const int number : kForwardedSignals) sigaddset(&set, number);
    if (sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return ErrnoError(errno, "blocking signals");
    UniqueFd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd.valid()) return ErrnoError(errno, "signalfd");
    return Signals(std::move(fd));
  }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  explicit Signals(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

/// bwrap, from its start until everything in its sandbox has ended.
class Bwrap {
 public:
  static Result<Bwrap> Start(const std::vector<std::string>& argv);
  Bwrap(Bwrap&& other) noexcept : pid_(std::exchange(other.pid_, -1)), mine_(std::exchange(other.mine_, false)) {}
  Bwrap& operator=(Bwrap&&) = delete;
  ~Bwrap() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    if (mine_) AwaitAll();
  }

  /// The exit status, once bwrap has ended.
  std::optional<int> Ended() {
    int status = 0;
    if (pid_ <= 0 || waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  explicit Bwrap(pid_t pid) : pid_(pid) {}
  /// Once bwrap ends, the sandbox's first process becomes our child and ends too; everything inside ends with it.
  static void AwaitAll() {
    while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
    }
  }
  pid_t pid_;
  bool mine_ = true;  // false: moved away
};

Result<Bwrap> Bwrap::Start(const std::vector<std::string>& argv) {
  if (access(kBwrap, X_OK) != 0) return NotFoundError(std::string(kBwrap) + ": no such file");
  std::vector<char*> pointers;
  pointers.reserve(argv.size() + 1);
  for (const std::string& argument : argv) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  // bwrap gets nothing of the command's environment: that could make the dynamic linker load a file from the session's
  // directory.
  std::array<char*, 1> environment = {nullptr};
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return ErrnoError(errno, "PR_SET_CHILD_SUBREAPER");
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return ErrnoError(errno, "starting bwrap");
  if (child > 0) return Bwrap(child);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kOwnFailure);
  // A terminal sends these to all processes: only the command decides what they mean.
  for (const int number : kForwardedSignals) signal(number, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(kBwrap, pointers.data(), environment.data());
  _exit(kOwnFailure);
}

/// A running command with its proxy and the signals for it.
class Session {
 public:
  Session(Bwrap bwrap, Signals& signals, UniqueFd command, const std::filesystem::path& settings)
      : bwrap_(std::move(bwrap)),
        command_(std::move(command)),
        signals_(loop_, UniqueFd(dup(signals.fd()))),
        policy_(settings),
        resolver_(loop_),
        proxy_(loop_, policy_, resolver_) {}

  Result<int> Run(Entered entered) {
    proxy_.Serve(std::move(entered.http_listener), ProxyProtocol::kHttp);
    proxy_.Serve(std::move(entered.socks_listener), ProxyProtocol::kSocks5);
    AwaitSignal();
    loop_.Run();
    return *status_;
  }

 private:
  void AwaitSignal() {
    signals_.Await(Watched::Event::kReadable, [this] {
      signalfd_siginfo info{};
      while (read(signals_.fd(), &info, sizeof info) == sizeof info) Handle(info);
      if (!status_) status_ = bwrap_.Ended();
      status_ ? loop_.Stop() : AwaitSignal();
    });
  }

  void Handle(const signalfd_siginfo& info) const {
    // The terminal sends its signals to the command directly.
    if (info.ssi_signo == SIGCHLD || info.ssi_code == SI_KERNEL) return;
    syscall(SYS_pidfd_send_signal, command_.get(), info.ssi_signo, nullptr, 0);
  }

  EventLoop loop_;
  Bwrap bwrap_;
  UniqueFd command_;
  Watched signals_;
  LivePolicy policy_;
  Resolver resolver_;
  Proxy proxy_;
  std::optional<int> status_;
};

struct SocketPair {
  UniqueFd outside;
  UniqueFd inside;  // inherited
};
Result<SocketPair> MakeSocketPair() {
  std::array<int, 2> fds{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds.data()) != 0) return ErrnoError(errno, "socketpair");
  SocketPair pair{UniqueFd(fds[0]), UniqueFd(fds[1])};
  const int on = 1;
  if (fcntl(fds[0], F_SETFD, FD_CLOEXEC) != 0 || setsockopt(fds[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) {
    return ErrnoError(errno, "preparing a socket");
  }
  return pair;
}

Result<std::string> OwnProgram() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return ErrnoError(error.value(), "/proc/self/exe");
  return path.string();
}

Result<std::vector<Mount>> Mounts(const Options& options, const SessionDirectories& directories,
                                  Placeholders& placeholders) {
  ASSIGN_OR_RETURN(const Settings settings, LoadSettings(options.settings));
  const std::vector<std::string> read_only(options.read_only.begin(), options.read_only.end());
  const std::vector<ProtectedPath> protected_paths = ProtectedPaths(directories.home, directories.working);
  ASSIGN_OR_RETURN(const FilePolicy policy,
                   MakeFilePolicy(settings.filesystem, directories, protected_paths, read_only));
  return PlanMounts(policy, protected_paths, placeholders);
}

/// Opens what is mounted in the session's directory, without following any link. Another command of the session may
/// write there: a link that it puts in place of a directory must not bring a hidden file into this sandbox.
Result<std::vector<UniqueFd>> OpenMounts(std::vector<Mount>& mounts, const std::string& home) {
  const UniqueFd directory(open(home.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.valid()) return ErrnoError(errno, home);
  const open_how how{.flags = O_PATH | O_NOFOLLOW, .mode = 0, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
  std::vector<UniqueFd> opened;  // inherited
  for (Mount& mount : mounts) {
    if (mount.access == Access::kNone || mount.path == home || !IsWithin(mount.path, home)) continue;
    const std::string relative = mount.path.substr(home.size() + 1);
    UniqueFd fd(static_cast<int>(syscall(SYS_openat2, directory.get(), relative.c_str(), &how, sizeof how)));
    if (!fd.valid()) return ErrnoError(errno, mount.path);
    mount.fd = fd.get();
    opened.push_back(std::move(fd));
  }
  return opened;
}

/// Restores our access to the session's directory: a session may have locked itself out of it.
void OpenOwnDirectory(const std::string& home) {
  struct stat status;
  if (lstat(home.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid()) return;
  if ((status.st_mode & S_IRWXU) != S_IRWXU) chmod(home.c_str(), (status.st_mode & 07777) | S_IRWXU);
}

}  // namespace

Result<int> RunSandbox(const Options& options) {
  OpenOwnDirectory(options.session_home);
  ASSIGN_OR_RETURN(const SessionDirectories directories,
                   FindSessionDirectories(options.session_home, options.working_directory));
  ASSIGN_OR_RETURN(Placeholders placeholders, Placeholders::Create(directories.home));
  SandboxPlan plan{.working_directory = directories.working};
  ASSIGN_OR_RETURN(plan.mounts, Mounts(options, directories, placeholders));
  ASSIGN_OR_RETURN(std::vector<UniqueFd> opened, OpenMounts(plan.mounts, directories.home));
  ASSIGN_OR_RETURN(plan.program, OwnProgram());
  ASSIGN_OR_RETURN(const UniqueFd filter, SeccompFile());
  plan.seccomp_fd = filter.get();
  const UniqueFd lock(dup(placeholders.lock_fd()));  // inherited
  plan.lock_fd = lock.get();

  std::string arguments;
  for (const std::string& argument : BwrapArguments(plan)) arguments.append(argument).push_back('\0');
  ASSIGN_OR_RETURN(const UniqueFd arguments_file, MemoryFile("bwrap arguments", AsBytes(arguments)));
  const std::string launch = EncodeLaunch({.command = options.command, .environment = Environment()});
  ASSIGN_OR_RETURN(const UniqueFd launch_file, MemoryFile("command", AsBytes(launch)));
  ASSIGN_OR_RETURN(SocketPair sockets, MakeSocketPair());

  ASSIGN_OR_RETURN(Signals signals, Signals::Create());
  ASSIGN_OR_RETURN(Bwrap bwrap, Bwrap::Start({kBwrap, "--args", std::to_string(arguments_file.get()), "--", kInsidePath,
                                              std::string(kEnterRole), std::to_string(sockets.inside.get()),
                                              std::to_string(launch_file.get())}));
  sockets.inside.Reset();
  ASSIGN_OR_RETURN(Entered entered, ReceiveEntered(sockets.outside.get()));
  opened.clear();
  UniqueFd command(static_cast<int>(syscall(SYS_pidfd_open, entered.process, 0)));
  if (!command.valid()) return ErrnoError(errno, "pidfd_open");
  RETURN_IF_ERROR(LetGo(sockets.outside.get()));
  Session session(std::move(bwrap), signals, std::move(command), options.settings);
  return session.Run(std::move(entered));
}

}  // namespace hallmark::sandbox
