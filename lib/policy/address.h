// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hallmark {

/// Why a session may not connect to an address (in network order), as in "loopback"; empty if it is a unicast address
/// of the public internet. Follows IANA's IPv4 and IPv6 Special-Purpose Address Registries: addresses that they do not
/// call globally reachable are refused, and of IPv6 only 2000::/3 is public. An IPv6 address that carries an IPv4
/// address (mapped, compatible, translated by NAT64, 6to4, Teredo) is refused whatever it carries: a host can reach
/// that one by IPv4.
std::string_view RefusedIpv4(const std::array<uint8_t, 4>& address);
/// The same for an IPv6 address.
std::string_view RefusedIpv6(const std::array<uint8_t, 16>& address);

}  // namespace hallmark
