// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "guestd/sandbox-helper/bwrap_arguments.h"
#include "guestd/sandbox-helper/file_policy.h"
#include "guestd/sandbox-helper/placeholders.h"
#include "guestd/sandbox-helper/protected_paths.h"
#include "lib/policy/settings.h"

namespace hallmark::sandbox {

/// The directories of a session, with links resolved.
struct SessionDirectories {
  std::string home;
  std::string working;  ///< `home`, or a directory in it
};

/// Checks that both are directories, that `working_directory` is `home` or lies in it, and that `home` is not directly
/// below the root directory: the directories beside it are hidden.
Result<SessionDirectories> FindSessionDirectories(const std::string& home, const std::string& working_directory);

/// Combines the filesystem rules of the settings, those of the session, and those that always hold. Unless the settings
/// allow it, the policy hides other sessions and what belongs to the machine: /home, /root, /mnt, /media, /run, /boot,
/// /sys/fs/cgroup and the parent of the session's directory. `read_only` and `protected_paths` are not writable,
/// whatever the settings say. kUnsupported for a rule that goes through a link in the session's directory: its target
/// would be a guess.
Result<FilePolicy> MakeFilePolicy(const FilesystemSettings& settings, const SessionDirectories& directories,
                                  const std::vector<ProtectedPath>& protected_paths,
                                  const std::vector<std::string>& read_only);

/// The mounts that enforce a policy. Makes placeholders for paths that must not appear.
Result<std::vector<Mount>> PlanMounts(const FilePolicy& policy, const std::vector<ProtectedPath>& protected_paths,
                                      Placeholders& placeholders);

}  // namespace hallmark::sandbox
