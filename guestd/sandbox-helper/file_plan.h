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

/// The directories of a session, without links.
struct SessionDirectories {
  std::string home;
  std::string working;  ///< `home`, or in it
};

/// Checks that both are directories, one in the other, and that `home` does not stand directly below the root
/// directory: what is beside it is hidden.
Result<SessionDirectories> FindSessionDirectories(const std::string& home, const std::string& working_directory);

/// The filesystem rules of settings, of the session, and those that always hold. Hidden, unless the settings allow it,
/// are other sessions and what belongs to the machine: /home, /root, /mnt, /media, /run, /boot, /sys/fs/cgroup
/// and the directory that the session's is in. `read_only` and `protected_paths` are not writable whatever the settings
/// say. kUnsupported, rather than a guess, for rules that go through a link in the session's directory.
Result<FilePolicy> MakeFilePolicy(const FilesystemSettings& settings, const SessionDirectories& directories,
                                  const std::vector<ProtectedPath>& protected_paths,
                                  const std::vector<std::string>& read_only);

/// The mounts that make a policy hold. Makes placeholders for what may not appear.
Result<std::vector<Mount>> PlanMounts(const FilePolicy& policy, const std::vector<ProtectedPath>& protected_paths,
                                      Placeholders& placeholders);

}  // namespace hallmark::sandbox
