// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"

// The part of sandbox-helper that runs inside the sandbox, between bwrap and the command. It opens the proxy's ports in
// the sandbox's network namespace, sends the listening sockets out, and becomes the command. So no process of ours is
// left inside, and no socket has a name anywhere.

namespace hallmark::sandbox {

/// The argument that tells this program that it runs inside. Its input comes through two inherited descriptors.
constexpr std::string_view kEnterRole = "--enter";

/// Exit status for failures of this program itself, as in env(1) and timeout(1). Other statuses are the command's.
constexpr int kOwnFailure = 125;
constexpr int kCannotRun = 126;      ///< the command can't be executed
constexpr int kNoSuchCommand = 127;  ///< there is no such command

/// The signals that are forwarded to the command.
inline constexpr std::array kForwardedSignals = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

/// What to run. It is passed in a memory file, so that command and environment do not show in the process list.
struct Launch {
  std::vector<std::string> command;
  std::vector<std::string> environment;  ///< NAME=value

  bool operator==(const Launch&) const = default;
};
/// Encodes as text: the number of command words, the words, the environment, each ended by NUL.
std::string EncodeLaunch(const Launch& launch);
/// Reverses EncodeLaunch(). kCorrupt if the bytes are truncated or there is no command.
Result<Launch> DecodeLaunch(std::string_view bytes);

/// What the inside of the sandbox sent out.
struct Entered {
  UniqueFd http_listener;
  UniqueFd socks_listener;
  pid_t process = -1;  ///< the process that becomes the command; its id in our pid namespace
};

/// Called outside: waits for what the inside sends through its end of a socketpair. The socket must have SO_PASSCRED.
/// kIo if the sandbox ended before.
Result<Entered> ReceiveEntered(int socket);
/// Called outside: lets the command start.
Result<void> LetGo(int socket);

/// Called inside: does not return on success. On failure, writes the reason to standard error and returns an exit
/// status.
int Enter(const std::vector<std::string>& arguments);

}  // namespace hallmark::sandbox
