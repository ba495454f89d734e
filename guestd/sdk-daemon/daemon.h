// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "guestd/common/dial.h"
#include "guestd/protocol/message.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// What sdk-daemon is told when it starts: see sdk-daemon(8).
struct DaemonOptions {
  HostAddress address;
  std::filesystem::path sessions = "/sessions";
  std::filesystem::path shared = "/mnt/.virtiofs-root";  ///< where the host's directories are
  std::filesystem::path cgroup;                          ///< of the sessions; empty: "sessions" beside our own
  std::filesystem::path programs;                        ///< sandbox-helper and srt-settings.json; empty: none
  bool unsandboxed = false;                              ///< requests may do without the sandbox: for tests
  int supervisor_fd = -1;                                ///< a socket to guestd; -1: none
  std::string image;
  std::string root_hash;
  std::string policy_digest;
  SmolBinState smol_bin;
  std::string trouble;  ///< what keeps sessions from working
  bool set_clock = false;
};

/// Runs until SIGTERM, SIGINT, or the supervisor says so.
Result<void> RunDaemon(const DaemonOptions& options);

}  // namespace hallmark::guest
