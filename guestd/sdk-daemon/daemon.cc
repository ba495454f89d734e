// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/daemon.h"

#include <sys/random.h>
#include <unistd.h>

#include <asio/signal_set.hpp>
#include <chrono>
#include <csignal>

#include "guestd/common/channel.h"
#include "guestd/common/log.h"
#include "guestd/sdk-daemon/host_link.h"
#include "guestd/sdk-daemon/methods.h"

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

/// Everything that runs, and the order in which it ends.
class Daemon {
 public:
  Daemon(const DaemonOptions& options, std::string instance)
      : options_(options),
        instance_(std::move(instance)),
        signals_(loop_, SIGTERM, SIGINT),
        link_(loop_, host_methods_, LinkOptions()) {
    AddMethods();
  }

  Result<void> Run() {
    signals_.async_wait([this](const asio::error_code& error, int signal) {
      if (!error) Shutdown(std::string("signal ") + strsignal(signal));
    });
    if (options_.supervisor_fd >= 0) ListenToSupervisor();
    link_.Start();
    loop_.run();
    return {};
  }

 private:
  HostLink::Options LinkOptions() {
    HostLink::Options link;
    link.address = options_.address;
    link.set_clock = options_.set_clock;
    link.hello = [this] { return Hello(); };
    link.on_ready = [] {};
    return link;
  }

  GuestHello Hello() const {
    GuestHello hello;
    hello.image = options_.image;
    hello.root_hash = options_.root_hash;
    hello.policy_digest = options_.policy_digest;
    hello.daemon = kDaemonVersion;
    hello.boot = BootId();
    hello.instance = instance_;
    hello.time = CurrentMilliseconds();
    hello.trouble = options_.trouble;
    return hello;
  }

  void AddMethods() {
    const auto health = [this](const Json&, const Reply& reply) { reply(Health()); };
    host_methods_.Add("health", health);
    supervisor_methods_.Add("health", health);
    supervisor_methods_.Add("shutdown", [this](const Json&, const Reply& reply) {
      reply(Json::object());
      Shutdown("guestd says so");
    });
  }

  Json Health() const {
    const auto uptime = std::chrono::steady_clock::now() - started_;
    return {{"uptime", std::chrono::duration_cast<std::chrono::milliseconds>(uptime).count()}};
  }

  /// guestd asks as the host does, with fewer methods and no greeting: it started us, so it knows who we are.
  void ListenToSupervisor() {
    Channel::Callbacks callbacks;
    callbacks.on_frame = [this](const std::string& body) {
      auto message = ParseHostMessage(body);
      if (!message.ok()) return LogError("sdk-daemon", message.error());
      if (const auto* request = std::get_if<Request>(&*message)) {
        supervisor_methods_.Call(*request, [this, id = request->id](Result<Json> result) {
          if (supervisor_ != nullptr) supervisor_->Send(EncodeMessage(GuestMessage(Response{id, std::move(result)})));
        });
      }
    };
    callbacks.on_closed = [this](const Error&) { Shutdown("guestd is gone"); };
    supervisor_ = Channel::Start(loop_, UniqueFd(options_.supervisor_fd), std::move(callbacks));
  }

  void Shutdown(const std::string& reason) {
    Log("sdk-daemon", "shutting down: " + reason);
    link_.Finish();
    if (supervisor_ != nullptr) supervisor_->Flush();
    loop_.stop();
  }

  DaemonOptions options_;
  std::string instance_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  asio::io_context loop_{1};
  MethodTable host_methods_;
  MethodTable supervisor_methods_;
  asio::signal_set signals_;
  HostLink link_;
  std::shared_ptr<Channel> supervisor_;
};

}  // namespace

Result<void> RunDaemon(const DaemonOptions& options) {
  ASSIGN_OR_RETURN(std::string instance, RandomName());
  Log("sdk-daemon", std::string("version ") + kDaemonVersion + ", host at " + ToString(options.address));
  Daemon daemon(options, std::move(instance));
  return daemon.Run();
}

}  // namespace hallmark::guest
