// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "guestd/common/cgroup.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark::guest {

struct TerminalSize {
  uint16_t rows = 24;
  uint16_t columns = 80;
};

/// A process to start as a session's user.
struct SpawnRequest {
  std::vector<std::string> argv;         ///< argv[0] is looked up in the PATH of `environment`, inside the session
  std::vector<std::string> environment;  ///< the whole environment: NAME=value
  std::string working_directory;
  uid_t uid = 0;  ///< the gid is the same; no other group
  const File* mount_namespace = nullptr;
  Cgroup cgroup;
  std::optional<uint64_t> open_files;
  std::optional<TerminalSize> terminal;  ///< present: its standard streams are a terminal
};

/// A forked process that is about to execute its program.
struct Spawned {
  pid_t pid = -1;
  UniqueFd pidfd;
  UniqueFd input;  ///< of a terminal: the same file as `output`
  UniqueFd output;
  UniqueFd error;    ///< not open if there is a terminal
  UniqueFd failure;  ///< ends when the program runs; if it does not, gives a SpawnFailure first
};

/// What is sent through Spawned::failure.
struct SpawnFailure {
  int32_t error_number = 0;
  std::array<char, 60> step{};  ///< what failed, NUL-terminated
};

/// Forks directly into the control group and changes to the session's user for good: no other group, no capability, and
/// no way to get one (no_new_privs).
Result<Spawned> Spawn(const SpawnRequest& request);

/// Sets the size of the terminal whose master is the descriptor `terminal`. kIo if it is not a terminal.
Result<void> ResizeTerminal(int terminal, const TerminalSize& size);

}  // namespace hallmark::guest
