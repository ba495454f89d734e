// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/dial.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
// clang-format off: it needs sys/socket.h first
#include <linux/vm_sockets.h>
// clang-format on

#include <cerrno>
#include <charconv>
#include <cstring>

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

// The caller has other work to do, and dials again later.
constexpr timeval kConnectTime{.tv_sec = 0, .tv_usec = 100000};

Result<uint32_t> ParseNumber(std::string_view text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return UsageError("not a number");
  return number;
}

template <typename Address>
Result<UniqueFd> Connect(int family, const Address& address, const std::string& name) {
  UniqueFd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoError(errno, name);
  // The options that limit the time of connect(2): vsock has one of its own, other families use SO_SNDTIMEO.
  if (family == AF_VSOCK)
    setsockopt(fd.get(), AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &kConnectTime, sizeof kConnectTime);
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kConnectTime, sizeof kConnectTime);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return ErrnoError(errno, "connecting to " + name);
  }
  return fd;
}

Result<UniqueFd> DialVsock(const VsockAddress& to, const std::string& name) {
  sockaddr_vm address{};
  address.svm_family = AF_VSOCK;
  address.svm_cid = to.cid;
  address.svm_port = to.port;
  return Connect(AF_VSOCK, address, name);
}

Result<UniqueFd> DialUnix(const UnixAddress& to, const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (to.path.size() >= sizeof address.sun_path) return UsageError(name + ": path too long for a socket");
  std::memcpy(address.sun_path, to.path.c_str(), to.path.size() + 1);
  return Connect(AF_UNIX, address, name);
}

Result<UniqueFd> OpenPort(const PortAddress& port, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string node, FindVirtioPort(port.name));
  UniqueFd fd(open(node.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd.valid()) return ErrnoError(errno, "opening " + node);
  // The kernel's virtio_console reports POLLHUP while the host's end is closed (drivers/char/virtio_console.c,
  // port_fops_poll).
  pollfd state = {fd.get(), 0, 0};
  poll(&state, 1, 0);
  if ((state.revents & POLLHUP) != 0) return NotFoundError(name + ": the host has not opened it");
  return fd;
}

}  // namespace

Result<HostAddress> ParseHostAddress(std::string_view text) {
  const auto rest = [&](std::string_view prefix) { return text.substr(prefix.size()); };
  if (text == "auto") return HostAddress(AutomaticAddress{});
  if (text.starts_with("port:") && text.size() > 5) return HostAddress(PortAddress{std::string(rest("port:"))});
  if (text.starts_with("unix:") && text.size() > 5) return HostAddress(UnixAddress{std::string(rest("unix:"))});
  if (text.starts_with("vsock:")) {
    const std::string_view numbers = rest("vsock:");
    const size_t colon = std::min(numbers.find(':'), numbers.size());
    const auto cid = ParseNumber(numbers.substr(0, colon));
    const auto port = ParseNumber(numbers.substr(std::min(colon + 1, numbers.size())));
    if (cid.ok() && port.ok()) return HostAddress(VsockAddress{*cid, *port});
  }
  return UsageError("'" + std::string(text) + "' is not an address: give auto, vsock:CID:PORT, port:NAME or unix:PATH");
}

std::string ToString(const HostAddress& address) {
  if (const auto* vsock = std::get_if<VsockAddress>(&address)) {
    return "vsock " + std::to_string(vsock->cid) + ":" + std::to_string(vsock->port);
  }
  if (const auto* port = std::get_if<PortAddress>(&address)) return "port " + port->name;
  if (const auto* unix_socket = std::get_if<UnixAddress>(&address)) return "socket " + unix_socket->path;
  return "the host";
}

Result<std::string> FindVirtioPort(std::string_view name, const fs::path& sys, const fs::path& dev) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(sys / "class/virtio-ports", ignored)) {
    const auto found = ReadSmallFile(entry.path() / "name", 4096);
    if (found.ok() && *found == std::string(name) + "\n") return (dev / entry.path().filename()).string();
  }
  return NotFoundError("this machine has no virtio-serial port named " + std::string(name));
}

Result<UniqueFd> Dial(const HostAddress& address) {
  const std::string name = ToString(address);
  if (const auto* vsock = std::get_if<VsockAddress>(&address)) return DialVsock(*vsock, name);
  if (const auto* port = std::get_if<PortAddress>(&address)) return OpenPort(*port, name);
  if (const auto* unix_socket = std::get_if<UnixAddress>(&address)) return DialUnix(*unix_socket, name);
  if (FindVirtioPort(kPortName).ok()) return Dial(PortAddress{std::string(kPortName)});
  return Dial(VsockAddress{});
}

}  // namespace hallmark::guest
