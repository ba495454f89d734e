// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guestd/sandbox-helper/proxy.h"

namespace hallmark::sandbox {

/// Serves one client of a proxy, which outlives it, and tells the proxy when it has ended.
void StartProxyConnection(Proxy& proxy, asio::ip::tcp::socket client, ProxyProtocol protocol);

}  // namespace hallmark::sandbox
