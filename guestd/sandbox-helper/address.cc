// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/address.h"

#include "lib/policy/address.h"

namespace hallmark::sandbox {

std::string_view RefusedAddress(const asio::ip::address& address) {
  if (address.is_v4()) return RefusedIpv4(address.to_v4().to_bytes());
  const std::string_view what = RefusedIpv6(address.to_v6().to_bytes());
  return what.empty() && address.to_v6().scope_id() != 0 ? "scoped to a link" : what;
}

}  // namespace hallmark::sandbox
