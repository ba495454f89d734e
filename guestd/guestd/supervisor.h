// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "guestd/common/cgroup.h"
#include "guestd/common/channel.h"
#include "guestd/common/event_loop.h"
#include "guestd/guestd/daemon_process.h"
#include "guestd/guestd/program_sets.h"
#include "guestd/guestd/restart_policy.h"
#include "guestd/protocol/message.h"

namespace hallmark::guest {

/// Keeps sdk-daemon running and healthy, from the newest set of programs that works.
class Supervisor {
 public:
  struct Options {
    /// The command that starts the daemon of a set.
    std::function<DaemonCommand(const ProgramSet&)> command;
    std::optional<Cgroup> cgroup;  ///< the group that the daemon runs in
    /// Called when a daemon has answered its first health check.
    std::function<void(const ProgramSet&)> on_healthy;
    std::function<void(const std::string& status)> on_status;
    /// Called when the daemon asks to give free blocks back to the host. Returns the bytes trimmed.
    std::function<Result<uint64_t>()> trim;
  };

  Supervisor(EventLoop& loop, ProgramSets& sets, Options options)
      : loop_(loop), sets_(sets), options_(std::move(options)), start_timer_(loop), health_timer_(loop) {}

  /// Starts the current set. kNotFound if there is none.
  Result<void> Start();
  /// Asks the daemon to end in order, kills it if that takes too long, and then calls `done`.
  void Stop(std::function<void()> done);

 private:
  void Launch();
  void AskHealth();
  void ExpectHealth();
  void TakeFrame(const std::string& body);
  void TakeResponse(const Response& response);
  void Answer(const Event& event);
  void WaitForEnd();
  void Ended();
  void Recover();
  void LaunchLater();

  EventLoop& loop_;
  ProgramSets& sets_;
  Options options_;
  Timer start_timer_;
  Timer health_timer_;
  RestartPolicy policy_;
  ProgramSet set_;
  DaemonProcess process_;
  std::shared_ptr<Channel> channel_;
  std::unique_ptr<Watched> end_;
  uint64_t asked_ = 0;  // id of the last request
  bool waiting_ = false;
  bool greeted_ = false;  // this daemon has answered once
  std::function<void()> stopped_;
};

}  // namespace hallmark::guest
