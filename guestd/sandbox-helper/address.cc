// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "lib/policy/address.h"

namespace hallmark::sandbox {
namespace {

/// Returns 0 if there is no such interface.
uint32_t ScopeOf(const std::string& zone) {
  if (const unsigned int index = if_nametoindex(zone.c_str()); index != 0) return index;
  uint32_t index = 0;
  const auto [end, error] = std::from_chars(zone.data(), zone.data() + zone.size(), index);
  return error == std::errc() && end == zone.data() + zone.size() ? index : 0;
}

}  // namespace

std::optional<IpAddress> ParseIpAddress(const std::string& text) {
  IpAddress address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;
  const size_t percent = std::min(text.find('%'), text.size());
  if (inet_pton(AF_INET6, text.substr(0, percent).c_str(), address.bytes.data()) != 1) return std::nullopt;
  address.is_v6 = true;
  if (percent == text.size()) return address;
  address.scope = ScopeOf(text.substr(percent + 1));
  return address.scope != 0 ? std::optional(address) : std::nullopt;
}

std::string ToString(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  return text.data();
}

SocketAddress MakeSocketAddress(const IpAddress& address, uint16_t port) {
  SocketAddress made;
  if (address.is_v6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_scope_id = address.scope;
    std::memcpy(&v6.sin6_addr, address.bytes.data(), sizeof v6.sin6_addr);
    std::memcpy(&made.storage, &v6, sizeof v6);
    made.size = sizeof v6;
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.bytes.data(), sizeof v4.sin_addr);
    std::memcpy(&made.storage, &v4, sizeof v4);
    made.size = sizeof v4;
  }
  return made;
}

std::string_view RefusedAddress(const IpAddress& address) {
  if (!address.is_v6) {
    std::array<uint8_t, 4> bytes{};
    std::copy_n(address.bytes.begin(), bytes.size(), bytes.begin());
    return RefusedIpv4(bytes);
  }
  const std::string_view what = RefusedIpv6(address.bytes);
  return what.empty() && address.scope != 0 ? "scoped to a link" : what;
}

}  // namespace hallmark::sandbox
