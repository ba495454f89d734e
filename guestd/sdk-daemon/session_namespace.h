// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "guestd/sdk-daemon/session_store.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

// What a session sees of the filesystem: a mount namespace of its own, kept by nothing but a descriptor of the daemon
// and the processes in it. When those are gone, however they went, so is every mount.

namespace hallmark::guest {

struct NamespacePlan {
  std::string name;                ///< of the session, and of its user
  uid_t uid = 0;                   ///< and gid
  std::filesystem::path home;      ///< the same path inside and outside
  std::filesystem::path shared;    ///< where the host's directories are; hidden inside
  std::filesystem::path programs;  ///< to be seen at kProgramsName beside the home; empty: none
};

/// The directory of programs beside the homes, inside: "/sessions/.programs".
inline constexpr const char* kProgramsName = ".programs";

/// A line each for passwd(5) and group(5): the system's own text with the session's user in it, and no other session's.
/// A system user of that name or id gives way.
std::string PasswdWith(const std::string& system, const NamespacePlan& plan);
std::string GroupWith(const std::string& system, const NamespacePlan& plan);

/// Moves this process into a new mount namespace and arranges it: of the sessions, only this one's home; a user
/// database with its user in it; /tmp, /var/tmp and /dev/shm of its own; only its own processes in /proc; no shared
/// directory yet.
Result<void> EnterNewNamespace(const NamespacePlan& plan);

/// Moves this process, which is in the daemon's namespace, into the session's, and mounts a shared directory there.
/// kNotFound if the host shares no such directory.
Result<void> EnterAndAttach(const NamespacePlan& plan, const File& mount_namespace, const SharedDirectory& directory);

/// The same for taking it away; no error if it is missing. What still uses it keeps it until it ends.
Result<void> EnterAndDetach(const NamespacePlan& plan, const File& mount_namespace, const std::string& name);

/// kUsage unless `directory` names something below the shared directories, and one plain name below the session's mnt.
Result<void> CheckSharedDirectory(const SharedDirectory& directory);

}  // namespace hallmark::guest
