// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "guestd/sandbox-helper/proxy.h"

namespace hallmark::sandbox {

/// Serves one client of a proxy, a connected TCP socket, as long as the proxy's loop runs. Calls `ended` when the
/// connection has ended or the loop is destroyed.
void StartProxyConnection(Proxy& proxy, UniqueFd client, ProxyProtocol protocol, std::function<void()> ended);

}  // namespace hallmark::sandbox
