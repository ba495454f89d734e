// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <string>

#include "lib/base/file.h"

namespace hallmark::testing {

/// Lets this process give files to root:root, which is all that most trees require. Without root, it becomes root of a
/// user namespace with one id, its own. False if this machine does not let users make one. No other thread may run yet.
inline bool MayOwnAsRoot() {
  if (geteuid() == 0) return true;
  const std::string user = "0 " + std::to_string(geteuid()) + " 1";
  const std::string group = "0 " + std::to_string(getegid()) + " 1";
  if (unshare(CLONE_NEWUSER) != 0) return false;
  const auto write_once = [](const char* path, const std::string& text) {
    const UniqueFd fd(open(path, O_WRONLY | O_CLOEXEC));
    return fd.valid() && write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  };
  return write_once("/proc/self/setgroups", "deny") && write_once("/proc/self/uid_map", user) &&
         write_once("/proc/self/gid_map", group);
}

}  // namespace hallmark::testing
