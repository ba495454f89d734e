// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/result.h"

namespace hallmark::guest {

/// Tells the service manager how this service is: sd_notify(3)'s protocol, a datagram of NAME=VALUE lines to the socket
/// that $NOTIFY_SOCKET names. Does nothing where that is not set. `state`: "READY=1", "STATUS=waiting".
Result<void> NotifyServiceManager(const std::string& state);

}  // namespace hallmark::guest
