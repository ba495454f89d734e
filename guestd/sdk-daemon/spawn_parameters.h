// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "guestd/common/cgroup.h"
#include "guestd/sdk-daemon/session_service.h"
#include "guestd/sdk-daemon/spawn.h"
#include "lib/json/json_value.h"

namespace hallmark::guest {

/// The parameters of process.spawn.
struct SpawnParameters {
  std::string session;
  std::vector<std::string> command;
  std::vector<std::string> environment;  ///< NAME=value; overrides the session's own
  std::string working_directory;         ///< empty: the home
  std::optional<TerminalSize> terminal;
  std::optional<uint64_t> window;
  CgroupLimits limits;
  std::optional<uint64_t> open_files;
  bool sandbox = true;
};

/// kUsage names the wrong member.
Result<SpawnParameters> ParseSpawnParameters(const JsonValue& parameters);

/// The process to start in that session: sandbox-helper with the command, or the command itself. The caller sets the
/// cgroup. kUsage if a sandbox is wanted and there are no `programs`.
Result<SpawnRequest> MakeSpawnRequest(const SpawnParameters& parameters, const Session& session, bool programs);

/// Takes an object with rows and columns, each from 1 to 65535.
TerminalSize TakeTerminalSize(ObjectReader& reader);

}  // namespace hallmark::guest
