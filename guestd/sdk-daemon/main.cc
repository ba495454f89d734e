// SPDX-License-Identifier: Apache-2.0
// The guest's side of the host's control channel: see sdk-daemon(8).
#include <getopt.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "guestd/common/log.h"
#include "guestd/sdk-daemon/daemon.h"
#include "lib/base/run_main.h"

namespace hallmark::guest {
namespace {

constexpr const char* kHelp = R"(Usage: sdk-daemon [OPTION]...
Talks to the host of this guest: sessions, their processes, shared directories.

      --connect ADDRESS        the host: auto (default), vsock:CID:PORT, port:NAME or unix:PATH
      --sessions DIRECTORY     where sessions live (default /sessions)
      --shared DIRECTORY       where the host's shared directories are mounted (default /mnt/.virtiofs-root)
      --cgroup DIRECTORY       control group of the sessions (default: "sessions" beside the daemon's own)
      --programs DIRECTORY     where sandbox-helper and srt-settings.json are
      --unsandboxed            let requests run commands without the sandbox: for tests
      --supervisor-fd N        socket to guestd
      --image ID               told to the host: the image's id
      --root-hash HEX          told to the host: dm-verity's root hash
      --policy-digest HEX      told to the host: SHA-256 of the egress policy
      --trouble TEXT           told to the host: why sessions can't work
      --set-clock              set the clock by the host's
  -h, --help                   print this and end
)";

enum LongOption {
  kConnect = 256,
  kSessions,
  kShared,
  kCgroup,
  kPrograms,
  kUnsandboxed,
  kSupervisor,
  kImage,
  kRootHash,
  kPolicyDigest,
  kTrouble,
  kSetClock
};

constexpr option kLongOptions[] = {{"connect", required_argument, nullptr, kConnect},
                                   {"sessions", required_argument, nullptr, kSessions},
                                   {"shared", required_argument, nullptr, kShared},
                                   {"cgroup", required_argument, nullptr, kCgroup},
                                   {"programs", required_argument, nullptr, kPrograms},
                                   {"unsandboxed", no_argument, nullptr, kUnsandboxed},
                                   {"supervisor-fd", required_argument, nullptr, kSupervisor},
                                   {"image", required_argument, nullptr, kImage},
                                   {"root-hash", required_argument, nullptr, kRootHash},
                                   {"policy-digest", required_argument, nullptr, kPolicyDigest},
                                   {"trouble", required_argument, nullptr, kTrouble},
                                   {"set-clock", no_argument, nullptr, kSetClock},
                                   {"help", no_argument, nullptr, 'h'},
                                   {}};

Result<void> TakeOption(int option, const std::string& value, DaemonOptions& options) {
  switch (option) {
    case kConnect: {
      ASSIGN_OR_RETURN(options.address, ParseHostAddress(value));
      return {};
    }
    case kSessions:
      options.sessions = value;
      return {};
    case kShared:
      options.shared = value;
      return {};
    case kCgroup:
      options.cgroup = value;
      return {};
    case kPrograms:
      options.programs = value;
      return {};
    case kUnsandboxed:
      options.unsandboxed = true;
      return {};
    case kSupervisor: {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options.supervisor_fd);
      if (error == std::errc() && *end == '\0' && options.supervisor_fd > 2) return {};
      return UsageError("--supervisor-fd: a descriptor from 3 up expected");
    }
    case kImage:
      options.image = value;
      return {};
    case kRootHash:
      options.root_hash = value;
      return {};
    case kPolicyDigest:
      options.policy_digest = value;
      return {};
    case kTrouble:
      options.trouble = value;
      return {};
    case kSetClock:
      options.set_clock = true;
      return {};
    default:
      return UsageError("try --help");
  }
}

Result<int> Run(int argc, char** argv) {
  DaemonOptions options;
  for (int option; (option = getopt_long(argc, argv, "h", kLongOptions, nullptr)) != -1;) {
    if (option == 'h') {
      std::fputs(kHelp, stdout);
      return 0;
    }
    RETURN_IF_ERROR(TakeOption(option, optarg != nullptr ? optarg : "", options));
  }
  if (optind < argc) return UsageError(std::string("unexpected argument '") + argv[optind] + "'");
  if (const char* text = std::getenv(kSmolBinVariable); text != nullptr) {
    auto state = ParseSmolBinState(text).WithContext(kSmolBinVariable);
    if (state.ok()) options.smol_bin = std::move(*state);
    if (!state.ok()) LogError("sdk-daemon", state.error());  // this is no reason to stop
  }
  RETURN_IF_ERROR(RunDaemon(options));
  return 0;
}

}  // namespace
}  // namespace hallmark::guest

int main(int argc, char** argv) {
  return hallmark::RunMain("sdk-daemon", argc, argv, [&](const auto&) { return hallmark::guest::Run(argc, argv); });
}
