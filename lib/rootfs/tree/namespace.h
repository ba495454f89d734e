// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/subprocess.h"

namespace hallmark {

/// Debian's name of the builder's architecture: "amd64", "arm64".
std::string_view NativeArchitecture();

/// Checks that programs of `architecture` run here, natively or through binfmt_misc with the interpreter held open
/// (flag F, so that it works in a tree without the interpreter). kNotFound says what is missing and how to fix it.
Result<void> CheckEmulation(std::string_view architecture);

/// The first of 65535 consecutive subordinate ids that `file` (subuid(5)) gives a user, by name or number. kIo, with
/// the next step, if there are none.
Result<uint32_t> SubordinateIds(const char* file, const std::string& user, uid_t uid);

/// Moves this process into namespaces of its own: mounts made from here on vanish with its last process. Without root,
/// it also becomes root of a user namespace with the ids 0 to 65535: 0 is the caller, the others are the caller's
/// subordinate ids. Call it before any thread starts. kIo, with the next step, if the machine does not allow it.
Result<void> EnterBuildNamespace();

/// A mount over a file or directory of a tree that only one command sees.
struct TreeMount {
  std::filesystem::path source;  ///< on the builder
  std::string target;            ///< path in the tree; must exist there, or is a name in /run
};

/// Changes `command` so that it runs against `tree`: as process 1 of new PID, mount, network, IPC and UTS namespaces,
/// without a network, with /proc, /sys and a minimal /dev mounted in the tree, and with fsync and similar calls doing
/// nothing. If it is killed, all processes that it started are killed too. With `enter`, the tree is its root
/// directory; without, it runs the builder's programs.
Command InTree(Command command, const std::filesystem::path& tree, bool enter,
               const std::vector<TreeMount>& mounts = {});

/// Changes `command` so that it runs on the builder as process 1 of a new PID namespace and without a network.
Command WithoutNetwork(Command command);

/// The environment of every command of a build. Nothing in it comes from the caller's environment.
std::vector<std::string> BuildEnvironment(uint64_t source_date_epoch);

}  // namespace hallmark
