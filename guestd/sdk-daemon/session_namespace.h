// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "guestd/sdk-daemon/session_store.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

// A session sees the filesystem through a mount namespace of its own. Only a descriptor of the daemon and the processes
// inside keep it: when they are gone, for whatever reason, every mount is gone.

namespace hallmark::guest {

struct NamespacePlan {
  std::string name;                ///< of the session and of its user
  uid_t uid = 0;                   ///< the gid is the same
  std::filesystem::path home;      ///< the same path inside and outside
  std::filesystem::path shared;    ///< where the host's shared directories are; hidden inside
  std::filesystem::path programs;  ///< shown inside at kProgramsName beside the home; empty: none
};

/// The name of the directory of programs, which is beside the homes: "/sessions/.programs" inside.
inline constexpr const char* kProgramsName = ".programs";

/// The text of the system's passwd(5), `system`, with a line for the session's user, and for no other session's. The
/// line replaces that of a system user with the same name or id.
std::string PasswdWith(const std::string& system, const NamespacePlan& plan);
/// The same for group(5).
std::string GroupWith(const std::string& system, const NamespacePlan& plan);

/// Moves this process into a new mount namespace and arranges it: only this session's home; a user database with its
/// user; a /tmp, /var/tmp and /dev/shm of its own; only its own processes in /proc; no shared directory yet.
Result<void> EnterNewNamespace(const NamespacePlan& plan);

/// Moves this process from the daemon's namespace into the session's, and mounts a shared directory there. kNotFound if
/// the host shares no such directory.
Result<void> EnterAndAttach(const NamespacePlan& plan, const File& mount_namespace, const SharedDirectory& directory);

/// The same, but unmounts the shared directory. No error if it is not mounted. Processes that still use it keep it
/// until they end.
Result<void> EnterAndDetach(const NamespacePlan& plan, const File& mount_namespace, const std::string& name);

/// kUsage unless `directory` names a source below the shared directories, and one plain name for it in the session's
/// mnt.
Result<void> CheckSharedDirectory(const SharedDirectory& directory);

}  // namespace hallmark::guest
