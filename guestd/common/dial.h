// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark::guest {

inline constexpr uint32_t kHostCid = 2;                            ///< VMADDR_CID_HOST
inline constexpr uint32_t kHostPort = 51234;                       ///< where the host listens
inline constexpr std::string_view kPortName = "org.hallmark.sdk";  ///< name of the virtio-serial port

struct VsockAddress {
  uint32_t cid = kHostCid;
  uint32_t port = kHostPort;
};
/// A virtio-serial port, by the name that the host gave it.
struct PortAddress {
  std::string name;
};
/// A Unix socket that somebody listens on. For tests.
struct UnixAddress {
  std::string path;
};
/// The virtio-serial port kPortName if the machine has it, otherwise vsock: a host that adds the port wants it used.
struct AutomaticAddress {};

using HostAddress = std::variant<AutomaticAddress, VsockAddress, PortAddress, UnixAddress>;

/// Parses "auto", "vsock:CID:PORT", "port:NAME" or "unix:PATH". kUsage otherwise.
Result<HostAddress> ParseHostAddress(std::string_view text);

/// The address as text for a person: "vsock 2:51234".
std::string ToString(const HostAddress& address);

/// The device node of the virtio-serial port with that name. kNotFound if the machine has none. `sys` and `dev` are
/// where sysfs and devtmpfs are mounted.
Result<std::string> FindVirtioPort(std::string_view name, const std::filesystem::path& sys = "/sys",
                                   const std::filesystem::path& dev = "/dev");

/// Connects, or fails at once if nobody listens: vsock and Unix sockets answer quickly or not at all. kNotFound if the
/// host has not opened its end of a port.
Result<UniqueFd> Dial(const HostAddress& address);

}  // namespace hallmark::guest
