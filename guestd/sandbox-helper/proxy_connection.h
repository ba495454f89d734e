// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "guestd/sandbox-helper/proxy.h"

namespace hallmark::sandbox {

/// Serves one client of a proxy, a connected TCP socket, for as long as the proxy's loop runs. Calls `ended` when the
/// connection is over, or when the loop goes.
void StartProxyConnection(Proxy& proxy, UniqueFd client, ProxyProtocol protocol, std::function<void()> ended);

}  // namespace hallmark::sandbox
