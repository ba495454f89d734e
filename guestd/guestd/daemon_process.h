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

/// A running sdk-daemon. The kernel kills it when this process dies, however that happens.
struct DaemonProcess {
  pid_t pid = -1;
  UniqueFd pidfd;   ///< readable once the process has ended
  UniqueFd socket;  ///< our end of a stream socket; the daemon has the other as its descriptor kSupervisorFd
};

inline constexpr int kSupervisorFd = 3;

struct DaemonCommand {
  std::vector<std::string> argv;         ///< argv[0] is the program's path
  std::vector<std::string> environment;  ///< "NAME=VALUE", in addition to our own
};

/// Starts the program, in `cgroup` if one is given. If it can't be executed, it ends at once: see ReapDaemon().
Result<DaemonProcess> StartDaemon(const DaemonCommand& command, const std::optional<Cgroup>& cgroup);

/// Says how the process ended, for a person: "ended with exit status 1". Call it when pidfd is readable.
std::string ReapDaemon(const DaemonProcess& process);

}  // namespace hallmark::guest
