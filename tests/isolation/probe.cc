// SPDX-License-Identifier: Apache-2.0
// Run inside a sandbox: tries one thing that must not work there. Exit status 0 and the reason if it was refused, 1 if
// it worked, 2 if it was asked for something else.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

using Arguments = std::vector<std::string>;
/// Negative and errno where it was refused, as a system call has it.
using Attempt = std::function<long(const Arguments&)>;

long Connect(const Arguments& arguments) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::stoi(arguments.at(1))));
  if (inet_pton(AF_INET, arguments.at(0).c_str(), &address.sin_addr) != 1) std::exit(2);
  return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

long SendDatagram(const Arguments& arguments) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(53);
  if (inet_pton(AF_INET, arguments.at(0).c_str(), &address.sin_addr) != 1) std::exit(2);
  return sendto(fd, "x", 1, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

long CreateFile(const Arguments& arguments) {
  const int fd = open(arguments.at(0).c_str(), O_WRONLY | O_CREAT, 0755);
  return fd < 0 ? fd : write(fd, "#!/bin/sh\n", 10);
}

long ReadFile(const Arguments& arguments) {
  const int fd = open(arguments.at(0).c_str(), O_RDONLY);
  std::array<char, 16> buffer{};
  return fd < 0 ? fd : read(fd, buffer.data(), buffer.size());
}

/// Of the sandbox's first process, which is not the session's command.
long Attach(const Arguments&) { return ptrace(PTRACE_ATTACH, 1, nullptr, nullptr); }

long ReadMemory(const Arguments&) {
  std::array<char, 8> buffer{};
  iovec here{.iov_base = buffer.data(), .iov_len = buffer.size()};
  iovec there = here;
  return process_vm_readv(getppid(), &here, 1, &there, 1, 0);
}

long CloneUserNamespace(const Arguments&) {
  const long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) _exit(0);
  return child;
}

/// 0 if a child that makes the call lives on: the filter kills it, or a kernel without such calls does.
long OtherArchitecture(const Arguments&) {
#if defined(__x86_64__)
  const pid_t child = fork();
  if (child == 0) {
    long result = 20;  // getpid of i386
    __asm__ volatile("int $0x80" : "+a"(result)::"memory");
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) return 0;
#endif
  errno = ENOSYS;
  return -1;
}

long X32(const Arguments&) {
#if defined(__x86_64__)
  const pid_t child = fork();
  if (child == 0) {
    syscall(0x40000000 | SYS_getpid);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS) return 0;
#endif
  errno = ENOSYS;
  return -1;
}

long Bpf(const Arguments&) {
  bpf_attr attributes{};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = attributes.value_size = 4;
  attributes.max_entries = 1;
  return syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
}

long Perf(const Arguments&) {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.size = sizeof attributes;
  attributes.exclude_kernel = 1;
  return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

long IoUring(const Arguments&) {
  std::array<char, 120> parameters{};  // struct io_uring_params
  return syscall(SYS_io_uring_setup, 4, parameters.data());
}

long SocketPairOfDatagrams(const Arguments&) {
  std::array<int, 2> fds{};
  return socketpair(AF_UNIX, SOCK_DGRAM, 0, fds.data());
}

const std::map<std::string, Attempt>& Attempts() {
  static const std::map<std::string, Attempt> attempts = {
      {"af_unix", [](const Arguments&) -> long { return socket(AF_UNIX, SOCK_STREAM, 0); }},
      {"af_vsock", [](const Arguments&) -> long { return socket(AF_VSOCK, SOCK_STREAM, 0); }},
      {"af_packet", [](const Arguments&) -> long { return socket(AF_PACKET, SOCK_DGRAM, 0); }},
      {"socketpair", SocketPairOfDatagrams},
      {"connect", Connect},
      {"datagram", SendDatagram},
      {"read", ReadFile},
      {"create", CreateFile},
      {"mkdir", [](const Arguments& a) -> long { return mkdir(a.at(0).c_str(), 0755); }},
      {"rename", [](const Arguments& a) -> long { return rename(a.at(0).c_str(), a.at(1).c_str()); }},
      {"link", [](const Arguments& a) -> long { return link(a.at(0).c_str(), a.at(1).c_str()); }},
      {"symlink", [](const Arguments& a) -> long { return symlink(a.at(0).c_str(), a.at(1).c_str()); }},
      {"remove", [](const Arguments& a) -> long { return remove(a.at(0).c_str()); }},
      {"chmod", [](const Arguments& a) -> long { return chmod(a.at(0).c_str(), 0777); }},
      {"kill", [](const Arguments& a) -> long { return kill(std::stoi(a.at(0)), 0); }},
      {"ptrace", Attach},
      {"process_vm_readv", ReadMemory},
      {"mount", [](const Arguments&) -> long { return mount("tmpfs", "/tmp", "tmpfs", 0, ""); }},
      {"umount", [](const Arguments& a) -> long { return umount2(a.at(0).c_str(), MNT_DETACH); }},
      {"chroot", [](const Arguments&) -> long { return chroot("/tmp"); }},
      {"unshare", [](const Arguments&) -> long { return unshare(CLONE_NEWUSER); }},
      {"clone", CloneUserNamespace},
      {"io_uring", IoUring},
      {"bpf", Bpf},
      {"perf", Perf},
      {"keyctl", [](const Arguments&) -> long { return syscall(SYS_keyctl, 0, -3, 1); }},
      {"userfaultfd", [](const Arguments&) -> long { return syscall(SYS_userfaultfd, 1); }},
      {"sethostname", [](const Arguments&) -> long { return sethostname("x", 1); }},
      {"tiocsti", [](const Arguments&) -> long { return ioctl(0, TIOCSTI, "x"); }},
      {"other_architecture", OtherArchitecture},
      {"x32", X32},
  };
  return attempts;
}

/// Sends standard input to a port of 127.0.0.1 and prints what comes back. Not an attempt: for requests that no client
/// makes.
int Exchange(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 2;
  std::array<char, 4096> buffer{};
  for (ssize_t n; (n = read(0, buffer.data(), buffer.size())) > 0;) {
    if (write(fd, buffer.data(), static_cast<size_t>(n)) != n) return 2;
  }
  for (ssize_t n; (n = read(fd, buffer.data(), buffer.size())) > 0;) {
    if (write(1, buffer.data(), static_cast<size_t>(n)) != n) return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  const Arguments arguments(argv + std::min(argc, 2), argv + argc);
  if (name == "exchange" && arguments.size() == 1) return Exchange(std::stoi(arguments[0]));
  const auto attempt = Attempts().find(name);
  if (attempt == Attempts().end()) return 2;
  const long result = attempt->second(arguments);
  if (result >= 0) {
    std::printf("%s worked\n", name.c_str());
    return 1;
  }
  std::printf("refused: %s\n", std::strerror(errno));
  return 0;
}
