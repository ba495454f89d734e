// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "guestd/common/dial.h"
#include "guestd/protocol/message.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// The options of sdk-daemon: see sdk-daemon(8).
struct DaemonOptions {
  HostAddress address;
  std::filesystem::path sessions = "/sessions";
  std::filesystem::path shared = "/mnt/.virtiofs-root";  ///< where the host's shared directories are mounted
  /// the sessions' group; empty: "sessions" beside our own group
  std::filesystem::path cgroup;
  std::filesystem::path programs;  ///< sandbox-helper and srt-settings.json; empty: none
  /// requests may ask for a process without the sandbox: for tests
  bool unsandboxed = false;
  int supervisor_fd = -1;  ///< a socket to guestd; -1: none
  std::string image;
  std::string root_hash;
  std::string policy_digest;
  SmolBinState smol_bin;
  std::string trouble;  ///< what keeps sessions from working
  bool set_clock = false;
};

/// Runs until SIGTERM, SIGINT or the supervisor ends it.
Result<void> RunDaemon(const DaemonOptions& options);

}  // namespace hallmark::guest
