// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/ip/address.hpp>
#include <string_view>

namespace hallmark::sandbox {

/// RefusedIpv4() or RefusedIpv6() of what a name leads to; an address with a scope is refused too.
std::string_view RefusedAddress(const asio::ip::address& address);

}  // namespace hallmark::sandbox
