// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"

// The part of sandbox-helper that runs inside the sandbox, between bwrap and the command: it opens the proxy's ports in
// the sandbox's network namespace, hands the listening sockets out, and becomes the command. So nothing of ours is left
// inside, and no socket has a name anywhere.

namespace hallmark::sandbox {

/// The argument by which this program knows that it is run inside. What it needs is in two inherited descriptors.
constexpr std::string_view kEnterRole = "--enter";

/// Exit status of this program's own failures, as env(1) and timeout(1) have it; every other one is the command's.
constexpr int kOwnFailure = 125;
constexpr int kCannotRun = 126;      ///< the command can't be executed
constexpr int kNoSuchCommand = 127;  ///< there is no such command

/// What is passed on to the command, rather than acted on by what is around it.
inline constexpr std::array kForwardedSignals = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

/// What to run. It goes through a file in memory, so that neither shows in the process list.
struct Launch {
  std::vector<std::string> command;
  std::vector<std::string> environment;  ///< NAME=value

  bool operator==(const Launch&) const = default;
};
std::string EncodeLaunch(const Launch& launch);
Result<Launch> DecodeLaunch(std::string_view bytes);

/// What came out of the sandbox.
struct Entered {
  UniqueFd http_listener;
  UniqueFd socks_listener;
  pid_t process = -1;  ///< of what becomes the command, as this pid namespace has it
};

/// Outside: waits for what the inside sends through its end of a socketpair, which has to have SO_PASSCRED. kIo if the
/// sandbox ended before.
Result<Entered> ReceiveEntered(int socket);
/// Outside: the command may start.
Result<void> LetGo(int socket);

/// Inside: does not return where all goes well. Otherwise an exit status, and the reason on standard error.
int Enter(const std::vector<std::string>& arguments);

}  // namespace hallmark::sandbox
