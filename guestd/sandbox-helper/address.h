// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hallmark::sandbox {

/// An IPv4 or IPv6 address.
struct IpAddress {
  bool is_v6 = false;
  std::array<uint8_t, 16> bytes{};  ///< network order; an IPv4 address is the first 4 bytes, and zeros follow
  uint32_t scope = 0;               ///< index of the interface that an IPv6 address with a zone belongs to; 0: none

  bool operator==(const IpAddress&) const = default;
};

/// Parses an address as inet_pton(3) does. An IPv6 address may have a zone, the name or the index of an interface:
/// "fe80::1%eth0". Empty if the text is not an address.
std::optional<IpAddress> ParseIpAddress(const std::string& text);

/// The text that inet_ntop(3) gives, without a zone.
std::string ToString(const IpAddress& address);

/// An address and a port in the form that the socket calls take.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
/// The socket address of an IP address and a port in host byte order; an IPv6 one includes the scope.
SocketAddress MakeSocketAddress(const IpAddress& address, uint16_t port);

/// Why the proxy must not connect to an address that a name resolved to: the reason of RefusedIpv4() or RefusedIpv6();
/// an address with a scope is refused too. Empty if it may be connected to.
std::string_view RefusedAddress(const IpAddress& address);

}  // namespace hallmark::sandbox
