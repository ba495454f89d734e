// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/enter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "guestd/sandbox-helper/proxy.h"
#include "lib/base/run_main.h"

namespace hallmark::sandbox {
namespace {

constexpr size_t kListeners = 2;
constexpr uint64_t kMaxLaunch = 8 << 20;  // more than the kernel takes as arguments and environment (execve(2))

Result<int> ParseFd(const std::string& text) {
  int fd = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), fd);
  if (failure != std::errc() || end != text.data() + text.size() || fd < 3) return UsageError("bad descriptor " + text);
  return fd;
}

Result<UniqueFd> ListenInside(uint16_t port) {
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!listener.valid() || bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener.get(), SOMAXCONN) != 0) {
    return ErrnoError(errno, "listening on port " + std::to_string(port));
  }
  return listener;
}

Result<void> HandOut(int socket, const std::array<int, kListeners>& fds) {
  char byte = 0;
  iovec data{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fds)> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fds);
  std::memcpy(CMSG_DATA(header), fds.data(), sizeof fds);
  if (sendmsg(socket, &message, MSG_NOSIGNAL) != 1) return ErrnoError(errno, "handing out the proxy's ports");
  if (read(socket, &byte, 1) != 1) return IoError("the helper outside has ended");
  return {};
}

Result<Launch> TakeLaunch(int fd) {
  const File file(UniqueFd(fd), "the command");
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  if (size > kMaxLaunch) return UsageError("arguments and environment are too large");
  std::string bytes(size, '\0');
  RETURN_IF_ERROR(file.ReadAt(0, {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()}));
  return DecodeLaunch(bytes);
}

/// Does everything but run the command.
Result<Launch> Prepare(const std::vector<std::string>& arguments) {
  if (arguments.size() != 3) return UsageError("run by sandbox-helper only");
  ASSIGN_OR_RETURN(const int socket_fd, ParseFd(arguments[1]));
  ASSIGN_OR_RETURN(const int launch_fd, ParseFd(arguments[2]));
  const UniqueFd socket(socket_fd);
  ASSIGN_OR_RETURN(Launch launch, TakeLaunch(launch_fd));
  ASSIGN_OR_RETURN(const UniqueFd http, ListenInside(kHttpProxyPort));
  ASSIGN_OR_RETURN(const UniqueFd socks, ListenInside(kSocksProxyPort));
  RETURN_IF_ERROR(HandOut(socket.get(), {http.get(), socks.get()}));
  return launch;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::string EncodeLaunch(const Launch& launch) {
  std::string bytes = std::to_string(launch.command.size()) + '\0';
  for (const auto* list : {&launch.command, &launch.environment}) {
    for (const std::string& text : *list) bytes.append(text).push_back('\0');
  }
  return bytes;
}

Result<Launch> DecodeLaunch(std::string_view bytes) {
  std::vector<std::string> texts;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\0');
    if (end == std::string_view::npos) return CorruptError("the command to run: truncated");
    texts.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
  size_t count = 0;
  if (texts.empty()) return CorruptError("the command to run: empty");
  const auto [end, failure] = std::from_chars(texts[0].data(), texts[0].data() + texts[0].size(), count);
  if (failure != std::errc() || *end != '\0' || count == 0 || count >= texts.size()) {
    return CorruptError("the command to run: bad count");
  }
  const auto middle = texts.begin() + 1 + static_cast<std::ptrdiff_t>(count);
  return Launch{.command = {texts.begin() + 1, middle}, .environment = {middle, texts.end()}};
}

Result<Entered> ReceiveEntered(int socket) {
  char byte = 0;
  iovec data{.iov_base = &byte, .iov_len = 1};
  std::array<int, kListeners> fds = {-1, -1};
  ucred sender{.pid = -1, .uid = 0, .gid = 0};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fds) + CMSG_SPACE(sizeof sender)> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (received < 0) return ErrnoError(errno, "waiting for the sandbox");
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof fds)) {
      std::memcpy(fds.data(), CMSG_DATA(header), sizeof fds);
    } else if (header->cmsg_type == SCM_CREDENTIALS && header->cmsg_len == CMSG_LEN(sizeof sender)) {
      std::memcpy(&sender, CMSG_DATA(header), sizeof sender);
    }
  }
  Entered entered{.http_listener = UniqueFd(fds[0]), .socks_listener = UniqueFd(fds[1]), .process = sender.pid};
  if (received == 0) return IoError("the sandbox could not be made");
  if (!entered.http_listener.valid() || entered.process <= 0) return InternalError("the sandbox sent no ports");
  return entered;
}

Result<void> LetGo(int socket) {
  const char byte = 0;
  if (send(socket, &byte, 1, MSG_NOSIGNAL) != 1) return ErrnoError(errno, "starting the command");
  return {};
}

int Enter(const std::vector<std::string>& arguments) {
  auto launch = Prepare(arguments);
  if (!launch.ok()) {
    PrintError("sandbox-helper", std::move(launch).error().WithContext("inside the sandbox"));
    return kOwnFailure;
  }
  for (const int number : kForwardedSignals) signal(number, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  close_range(3, ~0U, 0);
  const std::vector<char*> argv = Pointers(launch->command);
  std::vector<char*> environment = Pointers(launch->environment);
  environ = environment.data();
  execvp(argv[0], argv.data());
  const int failure = errno;
  PrintError("sandbox-helper", ErrnoError(failure, launch->command[0]));
  return failure == ENOENT ? kNoSuchCommand : kCannotRun;
}

}  // namespace hallmark::sandbox
