// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "guestd/sandbox-helper/file_policy.h"

namespace hallmark::sandbox {

/// Where a command finds this program inside its sandbox, to be started by it.
constexpr const char* kInsidePath = "/run/sandbox-helper";

/// One path as the sandbox has it. What there is not can't be mounted over: all of them exist.
struct Mount {
  std::string path;
  Access access = Access::kNone;
  bool directory = false;
  /// What to mount there, opened, where another thing could be put at its path meanwhile; -1: what is at the path.
  int fd = -1;

  bool operator==(const Mount&) const = default;
};

/// A sandbox, ready to be made.
struct SandboxPlan {
  std::vector<Mount> mounts;      ///< parents before what they hold
  std::string program;            ///< this program's file
  std::string working_directory;  ///< where the command starts
  int seccomp_fd = -1;            ///< the filter, as a file of struct sock_filter
  int lock_fd = -1;               ///< kept open by the sandbox's first process, as long as that lives
};

/// The options of bwrap(1) for a sandbox, as --args takes them. All namespaces are new, no capability is left, and what
/// the plan does not say is read-only. /tmp and /var/tmp are the command's own.
std::vector<std::string> BwrapArguments(const SandboxPlan& plan);

}  // namespace hallmark::sandbox
