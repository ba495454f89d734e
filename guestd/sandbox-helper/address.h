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
  std::array<uint8_t, 16> bytes{};  ///< network order; 4 bytes of an IPv4 address, then zeros
  uint32_t scope = 0;               ///< index of the interface whose link an IPv6 address belongs to; 0: none

  bool operator==(const IpAddress&) const = default;
};

/// As inet_pton(3) reads it; an IPv6 address may have a zone, the name or the index of an interface: "fe80::1%eth0".
/// Nothing if it is not an address.
std::optional<IpAddress> ParseIpAddress(const std::string& text);

/// As inet_ntop(3) writes it, without a zone.
std::string ToString(const IpAddress& address);

/// An address and a port as the socket calls take them.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
SocketAddress MakeSocketAddress(const IpAddress& address, uint16_t port);

/// RefusedIpv4() or RefusedIpv6() of what a name leads to; an address with a scope is refused too. Empty: it may be
/// connected to.
std::string_view RefusedAddress(const IpAddress& address);

}  // namespace hallmark::sandbox
