// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/daemon.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <sstream>

#include "guestd/common/channel.h"
#include "guestd/common/event_loop.h"
#include "guestd/common/log.h"
#include "guestd/sdk-daemon/disk_service.h"
#include "guestd/sdk-daemon/host_link.h"
#include "guestd/sdk-daemon/methods.h"
#include "guestd/sdk-daemon/process_service.h"
#include "guestd/sdk-daemon/session_service.h"

namespace hallmark::guest {
namespace {

constexpr const char* kDaemonVersion = "0.1.0";

Result<std::string> RandomName() {
  std::array<uint8_t, 16> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return ErrnoError(errno, "getrandom");
  }
  return ToHex(bytes);
}

std::string BootId() {
  auto id = ReadSmallFile("/proc/sys/kernel/random/boot_id", 64);
  if (!id.ok()) return {};
  while (id->ends_with('\n')) id->pop_back();
  return *id;
}

/// The parent group of all sessions' groups.
Result<Cgroup> SessionsCgroup(const DaemonOptions& options) {
  if (!options.cgroup.empty()) return Cgroup(options.cgroup);
  ASSIGN_OR_RETURN(const Cgroup own, Cgroup::Own());
  return Cgroup(own.directory().parent_path()).Child("sessions");
}

/// The resident memory of this process in bytes (proc(5), statm).
uint64_t ResidentBytes() {
  const auto text = ReadSmallFile("/proc/self/statm", 256);
  if (!text.ok()) return 0;
  std::istringstream numbers(*text);
  uint64_t total = 0;
  uint64_t resident = 0;
  numbers >> total >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Everything that runs, and the order in which it ends.
class Daemon {
 public:
  Daemon(const DaemonOptions& options, Cgroup cgroup, std::string instance)
      : options_(options),
        instance_(std::move(instance)),
        signals_(loop_, {SIGTERM, SIGINT}),
        sessions_(loop_, {options.sessions, options.shared, options.programs, std::move(cgroup), options.trouble}),
        link_(loop_, host_methods_, LinkOptions()),
        processes_(loop_, sessions_, link_, options.unsandboxed),
        disk_(loop_, sessions_, link_, [this](Reply reply) { Trim(std::move(reply)); }) {
    AddMethods();
  }

  Result<void> Run() {
    signals_.Await([this](int number) { Shutdown(std::string("signal ") + strsignal(number)); });
    sessions_.Recover();
    disk_.Start();
    if (options_.supervisor_fd >= 0) ListenToSupervisor();
    link_.Start();
    loop_.Run();
    return {};
  }

 private:
  HostLink::Options LinkOptions() {
    HostLink::Options link;
    link.address = options_.address;
    link.set_clock = options_.set_clock;
    link.hello = [this] { return Hello(); };
    link.on_ready = [this] { processes_.Resume(); };
    return link;
  }

  GuestHello Hello() const {
    GuestHello hello;
    hello.image = options_.image;
    hello.root_hash = options_.root_hash;
    hello.policy_digest = options_.policy_digest;
    hello.smol_bin = options_.smol_bin;
    hello.daemon = kDaemonVersion;
    hello.boot = BootId();
    hello.instance = instance_;
    hello.time = CurrentMilliseconds();
    hello.trouble = sessions_.trouble();
    return hello;
  }

  void AddMethods() {
    const auto health = [this](const Reply& reply) { reply(Health()); };
    host_methods_.AddWithoutParameters("health", health);
    host_methods_.AddWithoutParameters("shutdown", [this](const Reply& reply) {
      reply(JsonValue::Object());
      Shutdown("the host says so");
    });
    sessions_.AddMethods(host_methods_);
    processes_.AddMethods(host_methods_);
    disk_.AddMethods(host_methods_);
    supervisor_methods_.Add("trimmed", [this](const JsonValue& parameters, const Reply&) { Trimmed(parameters); });
    supervisor_methods_.AddWithoutParameters("health", health);
    supervisor_methods_.AddWithoutParameters("shutdown", [this](const Reply& reply) {
      reply(JsonValue::Object());
      Shutdown("guestd says so");
    });
  }

  JsonValue Health() const {
    const auto uptime = std::chrono::steady_clock::now() - started_;
    return JsonValue::Object({{"uptime", std::chrono::duration_cast<std::chrono::milliseconds>(uptime).count()},
                              {"sessions", sessions_.count()},
                              {"processes", processes_.count()},
                              {"memory", ResidentBytes()}});
  }

  /// Asks guestd to trim the disk, because guestd mounted it.
  void Trim(Reply reply) {
    if (supervisor_ == nullptr) return reply(UnsupportedError("no guestd started this daemon"));
    trims_.push_back(std::move(reply));
    if (trims_.size() == 1) supervisor_->Send(EncodeMessage(GuestMessage(Event{"trim", JsonValue::Object()})));
  }

  void Trimmed(const JsonValue& parameters) {
    std::vector<Reply> replies;
    replies.swap(trims_);
    ObjectReader reader(parameters.json(), "");
    const std::string error = reader.Has("error") ? reader.TakeText("error", 4096) : "";
    for (const Reply& reply : replies) reply(error.empty() ? Result<JsonValue>(parameters) : IoError(error));
  }

  /// Serves guestd as it serves the host, but with fewer methods and without a greeting: guestd started us, so it knows
  /// who we are.
  void ListenToSupervisor() {
    Channel::Callbacks callbacks;
    callbacks.on_frame = [this](const std::string& body) {
      auto message = ParseHostMessage(body);
      if (!message.ok()) return LogError("sdk-daemon", message.error());
      if (const auto* request = std::get_if<Request>(&*message)) {
        supervisor_methods_.Call(*request, [this, id = request->id](Result<JsonValue> result) {
          if (supervisor_ != nullptr) supervisor_->Send(EncodeMessage(GuestMessage(Response{id, std::move(result)})));
        });
      }
    };
    callbacks.on_closed = [this](const Error&) { Shutdown("guestd is gone"); };
    supervisor_ = Channel::Start(loop_, UniqueFd(options_.supervisor_fd), std::move(callbacks));
  }

  /// Ends the processes first, while the host still receives their ends; then what they used; then the disk.
  void Shutdown(const std::string& reason) {
    if (std::exchange(shutting_down_, true)) return;
    Log("sdk-daemon", "shutting down: " + reason);
    processes_.Shutdown([this] {
      disk_.Stop();
      sessions_.Finish();
      if (sessions_.trouble().empty()) (void)SyncFilesystem(options_.sessions).ok();
      link_.SendEvent("shutdown", JsonValue::Object());
      link_.Finish();
      if (supervisor_ != nullptr) supervisor_->Flush();
      Log("sdk-daemon", "every session is at rest");
      loop_.Stop();
    });
  }

  static Result<void> SyncFilesystem(const std::filesystem::path& directory) {
    ASSIGN_OR_RETURN(const File opened, File::Open(directory, O_RDONLY | O_DIRECTORY));
    if (syncfs(opened.fd()) != 0) return ErrnoError(errno, "syncing " + directory.string());
    return {};
  }

  DaemonOptions options_;
  std::string instance_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  EventLoop loop_;
  MethodTable host_methods_;
  MethodTable supervisor_methods_;
  SignalWatch signals_;
  SessionService sessions_;
  HostLink link_;
  ProcessService processes_;
  DiskService disk_;
  std::shared_ptr<Channel> supervisor_;
  std::vector<Reply> trims_;
  bool shutting_down_ = false;
};

}  // namespace

Result<void> RunDaemon(const DaemonOptions& options) {
  ASSIGN_OR_RETURN(std::string instance, RandomName());
  Log("sdk-daemon", std::string("version ") + kDaemonVersion + ", host at " + ToString(options.address));
  ASSIGN_OR_RETURN(Cgroup cgroup, SessionsCgroup(options));
  Daemon daemon(options, std::move(cgroup), std::move(instance));
  return daemon.Run();
}

}  // namespace hallmark::guest
