// SPDX-License-Identifier: Apache-2.0
// The guest's service that prepares the disks and keeps sdk-daemon running: see guestd(8).
#include <getopt.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>

#include "guestd/common/event_loop.h"
#include "guestd/common/log.h"
#include "guestd/common/private_directory.h"
#include "guestd/guestd/installed_programs.h"
#include "guestd/guestd/notify.h"
#include "guestd/guestd/program_sets.h"
#include "guestd/guestd/session_disk.h"
#include "guestd/guestd/smol_bin.h"
#include "guestd/guestd/supervisor.h"
#include "guestd/init/command_line.h"
#include "lib/base/run_main.h"
#include "signing/document/guest_parameters.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHelp = R"(Usage: guestd [OPTION]...
Mounts the guest's session disk, installs the programs of smol-bin and keeps sdk-daemon running.

      --session-label LABEL    of the session disk's filesystem (default sessions)
      --smol-label LABEL       of the smol-bin volume (default SMOL-BIN)
      --trust FILE             whose keys smol-bin must be signed with (default /usr/lib/hallmark/trust.json)
      --programs DIRECTORY     run sdk-daemon from this directory, and look for no smol-bin
      --connect ADDRESS        passed to sdk-daemon
  -h, --help                   print this and end
)";

constexpr const char* kSessionsDirectory = "/sessions";
// Names on the session disk. This directory, beside the homes, holds the sets of programs and what else guestd keeps.
constexpr const char* kOwnDirectory = ".hallmark";
constexpr const char* kStoreDirectory = ".hallmark/programs";
constexpr const char* kSmolDirectory = "/smol/bin";
constexpr const char* kRunDirectory = "/run/hallmark";
// Programs of the image itself, if it has any: for a guest without a smol-bin.
constexpr const char* kImagePrograms = "/usr/lib/hallmark";
constexpr std::chrono::seconds kDiskPatience{5};
// USB disks take time to appear. If a set is installed already, we wait less for a newer one.
constexpr std::chrono::seconds kSmolPatience{10};
constexpr std::chrono::seconds kNewerSmolPatience{2};
#if defined(__aarch64__)
constexpr const char* kArchitecture = "arm64";
#else
constexpr const char* kArchitecture = "amd64";
#endif

struct GuestdOptions {
  std::string session_label = "sessions";
  std::string smol_label = "SMOL-BIN";
  std::string trust = "/usr/lib/hallmark/trust.json";
  std::string programs;
  std::string address = "auto";
};

enum LongOption { kSessionLabel = 256, kSmolLabel, kTrust, kPrograms, kConnect };

constexpr option kLongOptions[] = {{"session-label", required_argument, nullptr, kSessionLabel},
                                   {"smol-label", required_argument, nullptr, kSmolLabel},
                                   {"trust", required_argument, nullptr, kTrust},
                                   {"programs", required_argument, nullptr, kPrograms},
                                   {"connect", required_argument, nullptr, kConnect},
                                   {"help", no_argument, nullptr, 'h'},
                                   {}};

void Notify(const std::string& state) {
  if (const auto notified = NotifyServiceManager(state); !notified.ok()) LogError("guestd", notified.error());
}

/// The value of NAME=VALUE in a file of such words, without its quotes. If the name occurs twice, the last one counts.
/// Empty if it does not occur.
std::string ValueOf(const fs::path& path, std::string_view name) {
  std::string found;
  const auto text = ReadSmallFile(path);
  if (!text.ok()) return found;
  for (auto& [key, value] : SplitCommandLine(*text)) {
    if (key == name) found = std::move(value);
  }
  return found;
}

std::string KernelParameter(std::string_view name) { return ValueOf("/proc/cmdline", name); }

/// Splits our group, which the service manager delegated to us, into groups for guestd, the daemon and the sessions.
Result<Cgroup> ArrangeCgroups() {
  ASSIGN_OR_RETURN(const Cgroup own, Cgroup::Own());
  for (const char* part : {"supervisor", "daemon", "sessions"}) RETURN_IF_ERROR(own.Child(part).Create());
  RETURN_IF_ERROR(own.Child("supervisor").Enter());  // a group that contains processes may not delegate
  RETURN_IF_ERROR(own.Delegate());
  for (const char* part : {"supervisor", "daemon"}) RETURN_IF_ERROR(own.Child(part).Prefer());
  return own;
}

bool RunsPrograms(const fs::path& directory) {
  struct statvfs info {};
  return statvfs(directory.c_str(), &info) == 0 && (info.f_flag & ST_NOEXEC) == 0;
}

/// A directory in memory from which programs can run. Usually our own in /run; if the initramfs mounted /run noexec, as
/// initramfs-tools does, a tmpfs in it. The tmpfs stays when guestd ends, and the next guestd uses it.
Result<fs::path> ProgramsMemory() {
  const fs::path run = kRunDirectory;
  if (RunsPrograms(run.parent_path())) return run / "programs";
  const fs::path mounted = run / "exec";
  std::error_code error;
  fs::create_directories(mounted, error);
  if (error) return IoError("making " + mounted.string() + ": " + error.message());
  if (!RunsPrograms(mounted) &&
      mount("tmpfs", mounted.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=25%") != 0) {
    return ErrnoError(errno, "mounting a tmpfs at " + mounted.string());
  }
  return mounted / "programs";
}

class Guestd {
 public:
  explicit Guestd(GuestdOptions options) : options_(std::move(options)), signals_(loop_, {SIGTERM, SIGINT}) {}

  Result<void> Run() {
    auto cgroup = ArrangeCgroups().WithContext("arranging control groups");
    if (cgroup.ok()) cgroup_ = *cgroup;
    if (!cgroup.ok()) LogError("guestd", cgroup.error());
    if (const auto prepared = PrepareSessionDisk(); !prepared.ok()) {
      LogError("guestd", prepared.error());
      trouble_ = prepared.error().message;
    }
    RETURN_IF_ERROR(Supervise());
    return Unmount();
  }

 private:
  /// Runs until a signal ends it. Destroys the store of programs before it returns, because that holds a directory of
  /// the session disk open.
  Result<void> Supervise() {
    ASSIGN_OR_RETURN(const std::unique_ptr<ProgramSets> programs, FindPrograms());
    Supervisor supervisor(loop_, *programs, SupervisorOptions(*programs));
    signals_.Await([&](int) {
      Notify("STOPPING=1");
      supervisor.Stop([this] { loop_.Stop(); });
    });
    RETURN_IF_ERROR(supervisor.Start());
    loop_.Run();
    return {};
  }

  /// Mounts the session disk. The host has written it, so nothing on it is followed: if one of our own directories is a
  /// link, or belongs to another user, the disk is unmounted again.
  [[nodiscard]] Result<void> PrepareSessionDisk() const {
    RETURN_IF_ERROR(MountSessionDisk(options_.session_label, kSessionsDirectory, kDiskPatience));
    for (const char* directory : {kOwnDirectory, kStoreDirectory}) {
      auto opened = OpenPrivateDirectory(fs::path(kSessionsDirectory) / directory, 0700);
      // With other errors the disk stays mounted: a full one, for example, can then be cleaned up. Who uses the
      // directory reports them.
      if (opened.ok() || opened.error().kind != ErrorKind::kVerification) continue;
      if (umount2(kSessionsDirectory, 0) != 0) LogError("guestd", ErrnoError(errno, "unmounting the session disk"));
      return std::move(opened).error().WithContext("session disk").WithHint("give the guest a new session disk");
    }
    return {};
  }

  Supervisor::Options SupervisorOptions(const ProgramSets& programs) {
    Supervisor::Options options;
    options.command = [this, &programs](const ProgramSet& set) {
      return DaemonCommand{DaemonArguments(set), {SmolBinVariable(set, programs.refused())}};
    };
    if (cgroup_) options.cgroup = cgroup_->Child("daemon");
    options.on_healthy = [](const ProgramSet& set) {
      Notify("READY=1\nSTATUS=sdk-daemon of " + set.name + " is healthy");
    };
    options.on_status = [](const std::string& status) { Notify("STATUS=" + status); };
    options.trim = [] { return TrimFilesystem(kSessionsDirectory); };
    return options;
  }

  Result<std::unique_ptr<ProgramSets>> FindPrograms() {
    if (!options_.programs.empty()) return std::unique_ptr<ProgramSets>(new FixedPrograms(options_.programs));
    auto installed = InstallPrograms();
    if (installed.ok()) return std::unique_ptr<ProgramSets>(std::move(*installed));
    LogError("updater", installed.error());
    if (access(ProgramSet{kImagePrograms}.daemon().c_str(), X_OK) != 0) return std::move(installed).error();
    Log("updater", std::string("running the image's own programs, in ") + kImagePrograms);
    return std::unique_ptr<ProgramSets>(new FixedPrograms(kImagePrograms, refused_));
  }

  /// The sets on the session disk, together with the one on the smol-bin. In memory while there is no session disk.
  Result<std::unique_ptr<InstalledPrograms>> InstallPrograms() {
    const fs::path run = kRunDirectory;
    InstalledPrograms::Options options;
    options.store = trouble_.empty() ? fs::path(kSessionsDirectory) / kStoreDirectory : run / "programs-store";
    ASSIGN_OR_RETURN(options.memory, ProgramsMemory());
    options.trust = options_.trust;
    ASSIGN_OR_RETURN(options.rootfs, Rootfs());
    ASSIGN_OR_RETURN(std::unique_ptr<InstalledPrograms> programs, InstalledPrograms::Open(std::move(options)));
    const auto patience = programs->HasSet() ? kNewerSmolPatience : kSmolPatience;
    Result<void> updated = VisitSmolBin(options_.smol_label, kSmolDirectory, patience,
                                        [&](const fs::path& mounted) { return programs->Update(mounted); });
    const bool no_disk = !updated.ok() && updated.error().kind == ErrorKind::kNotFound;
    if (!updated.ok() && !no_disk && !programs->refused()) programs->NoteRefused(updated.error());
    refused_ = programs->refused();
    if (!updated.ok() && programs->HasSet()) {
      LogError("updater", updated.error());
      updated = programs->Update(std::nullopt);
    }
    RETURN_IF_ERROR(std::move(updated));
    return programs;
  }

  /// The image as the kernel command line describes it. A number that is absent requires nothing.
  static Result<RunningRootfs> Rootfs() {
    RunningRootfs rootfs{.architecture = kArchitecture};
    for (const auto& [name, number] : {std::pair{kSequenceParameter, &rootfs.sequence},
                                       std::pair{kSmolBinLeastParameter, &rootfs.smol_bin_least_sequence},
                                       std::pair{kPolicyLeastParameter, &rootfs.policy_least_sequence}}) {
      const std::string text = KernelParameter(name);
      const char* const end = text.data() + text.size();
      const auto [stop, error] = std::from_chars(text.data(), end, *number);
      if (!text.empty() && (error != std::errc() || stop != end)) {
        return CorruptError("kernel command line: " + std::string(name) + "=" + text + ": a number expected");
      }
    }
    const auto from = [](uint64_t number) { return std::to_string(number); };
    Log("updater", "this image is of sequence " + (rootfs.sequence != 0 ? from(rootfs.sequence) : "unknown") +
                       ", and takes smol-bins from " + from(rootfs.smol_bin_least_sequence) + " and policies from " +
                       from(rootfs.policy_least_sequence));
    return rootfs;
  }

  /// What the daemon tells the host about the smol-bin. Not an option: the daemon of an older smol-bin would not start
  /// with an option that it does not know.
  static std::string SmolBinVariable(const ProgramSet& set, const std::optional<SmolBinRefusal>& refused) {
    SmolBinState state{.sequence = set.sequence};
    if (refused) {
      state.refused_verdict = refused->verdict;
      state.refused_message = refused->message;
    }
    return std::string(kSmolBinVariable) + "=" + EncodeSmolBinState(state);
  }

  std::vector<std::string> DaemonArguments(const ProgramSet& set) const {
    std::vector<std::string> command = {
        set.daemon(), "--connect",        options_.address, "--supervisor-fd", std::to_string(kSupervisorFd),
        "--sessions", kSessionsDirectory, "--set-clock"};
    const auto add = [&](const std::string& name, const std::string& value) {
      if (!value.empty()) command.insert(command.end(), {name, value});
    };
    add("--image", ValueOf("/etc/os-release", "IMAGE_ID"));
    add("--root-hash", KernelParameter("roothash"));
    add("--policy-digest", set.policy_digest);
    add("--trouble", trouble_);
    if (access(set.helper().c_str(), X_OK) == 0) add("--programs", set.directory);
    if (cgroup_) add("--cgroup", cgroup_->Child("sessions").directory());
    return command;
  }

  Result<void> Unmount() const {
    if (!trouble_.empty() || umount2(kSessionsDirectory, 0) == 0) return {};
    return ErrnoError(errno, std::string("unmounting ") + kSessionsDirectory);
  }

  GuestdOptions options_;
  std::optional<Cgroup> cgroup_;
  std::string trouble_;
  std::optional<SmolBinRefusal> refused_;  // the last smol-bin that was offered and refused
  EventLoop loop_;
  SignalWatch signals_;
};

Result<int> Main(int argc, char** argv) {
  GuestdOptions options;
  for (int option; (option = getopt_long(argc, argv, "h", kLongOptions, nullptr)) != -1;) {
    switch (option) {
      case kSessionLabel:
        options.session_label = optarg;
        break;
      case kSmolLabel:
        options.smol_label = optarg;
        break;
      case kTrust:
        options.trust = optarg;
        break;
      case kPrograms:
        options.programs = optarg;
        break;
      case kConnect:
        options.address = optarg;
        break;
      case 'h':
        std::fputs(kHelp, stdout);
        return 0;
      default:
        return UsageError("try --help");
    }
  }
  if (optind < argc) return UsageError(std::string("unexpected argument '") + argv[optind] + "'");
  Guestd guestd(std::move(options));
  RETURN_IF_ERROR(guestd.Run());
  return 0;
}

}  // namespace
}  // namespace hallmark::guest

int main(int argc, char** argv) {
  return hallmark::RunMain("guestd", argc, argv, [&](const auto&) { return hallmark::guest::Main(argc, argv); });
}
