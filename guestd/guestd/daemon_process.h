// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "guestd/common/cgroup.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// sdk-daemon, running. It dies with this process, whatever kills it.
struct DaemonProcess {
  pid_t pid = -1;
  UniqueFd pidfd;   ///< readable when it has ended
  UniqueFd socket;  ///< our end of a stream socket; the daemon's is its descriptor kSupervisorFd
};

inline constexpr int kSupervisorFd = 3;

struct DaemonCommand {
  std::vector<std::string> argv;         ///< argv[0] is the program's path
  std::vector<std::string> environment;  ///< "NAME=VALUE", beside our own
};

/// Starts the program, in `cgroup` if one is given. Whether it can be executed shows in how it ends.
Result<DaemonProcess> StartDaemon(const DaemonCommand& command, const std::optional<Cgroup>& cgroup);

/// How it ended, for a person: "ended with exit status 1". Call when pidfd is readable.
std::string ReapDaemon(const DaemonProcess& process);

}  // namespace hallmark::guest
