// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/result.h"

namespace hallmark::guest {

/// Tells the service manager the state of this service, "READY=1" or "STATUS=waiting", by the protocol of sd_notify(3):
/// a datagram of NAME=VALUE lines to the socket that $NOTIFY_SOCKET names. Does nothing if that is not set.
Result<void> NotifyServiceManager(const std::string& state);

}  // namespace hallmark::guest
