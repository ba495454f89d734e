// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "guestd/sandbox-helper/file_policy.h"

namespace hallmark::sandbox {

/// The path of this program inside the sandbox. The sandbox starts the command through it.
constexpr const char* kInsidePath = "/run/sandbox-helper";

/// One path of the sandbox. It must exist outside: only what exists can be mounted over.
struct Mount {
  std::string path;
  Access access = Access::kNone;
  bool directory = false;
  /// The opened file to mount, so that nobody can exchange it at its path meanwhile; -1: whatever is at the path.
  int fd = -1;

  bool operator==(const Mount&) const = default;
};

/// All that is needed to start a sandbox.
struct SandboxPlan {
  std::vector<Mount> mounts;      ///< parents before their children
  std::string program;            ///< this program's file
  std::string working_directory;  ///< where the command starts
  int seccomp_fd = -1;            ///< the seccomp filter, as a file of struct sock_filter
  int lock_fd = -1;               ///< the first process of the sandbox keeps it open as long as it lives
};

/// The options of bwrap(1) for a sandbox, as --args takes them. All namespaces are new and no capability is left.
/// Everything is read-only unless the plan says otherwise. The command has a /tmp and a /var/tmp of its own.
std::vector<std::string> BwrapArguments(const SandboxPlan& plan);

}  // namespace hallmark::sandbox
