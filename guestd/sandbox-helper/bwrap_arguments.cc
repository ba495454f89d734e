// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/bwrap_arguments.h"

#include <algorithm>
#include <initializer_list>

namespace hallmark::sandbox {
namespace {

class ArgumentList {
 public:
  void Add(std::initializer_list<std::string> arguments) {
    arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
  }
  std::vector<std::string> Release() { return std::move(arguments_); }

 private:
  std::vector<std::string> arguments_;
};

void AddMount(ArgumentList& arguments, const Mount& mount) {
  const std::string suffix = mount.fd >= 0 ? "-fd" : "";
  const std::string source = mount.fd >= 0 ? std::to_string(mount.fd) : mount.path;
  switch (mount.access) {
    case Access::kReadWrite:
      return arguments.Add({"--bind" + suffix, source, mount.path});
    case Access::kReadOnly:
      return arguments.Add({"--ro-bind" + suffix, source, mount.path});
    case Access::kNone:
      // A device mounted without device access, as bwrap does it: opening it fails.
      if (!mount.directory) return arguments.Add({"--ro-bind", "/dev/null", mount.path});
      return arguments.Add({"--tmpfs", mount.path});
  }
}

}  // namespace

std::vector<std::string> BwrapArguments(const SandboxPlan& plan) {
  ArgumentList arguments;
  arguments.Add({"--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net",
                 "--unshare-cgroup-try", "--die-with-parent", "--cap-drop", "ALL"});
  arguments.Add({"--seccomp", std::to_string(plan.seccomp_fd), "--sync-fd", std::to_string(plan.lock_fd)});
  const bool hides_root = !plan.mounts.empty() && plan.mounts[0].path == "/" && plan.mounts[0].access == Access::kNone;
  if (!hides_root) arguments.Add({"--ro-bind", "/", "/"});
  arguments.Add({"--proc", "/proc", "--dev", "/dev"});
  for (const char* directory : {"/tmp", "/var/tmp"}) arguments.Add({"--perms", "1777", "--tmpfs", directory});
  for (const Mount& mount : plan.mounts) {
    if (mount.path != "/") AddMount(arguments, mount);
  }
  arguments.Add({"--ro-bind", plan.program, kInsidePath});
  // These come last, when every mount point in them has been made.
  for (const Mount& mount : plan.mounts) {
    if (mount.access == Access::kNone && mount.directory) arguments.Add({"--remount-ro", mount.path});
  }
  arguments.Add({"--chdir", plan.working_directory});
  return arguments.Release();
}

}  // namespace hallmark::sandbox
