// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "guestd/common/event_loop.h"
#include "guestd/sdk-daemon/host_link.h"
#include "guestd/sdk-daemon/methods.h"
#include "guestd/sdk-daemon/process.h"
#include "guestd/sdk-daemon/session_service.h"

namespace hallmark::guest {

/// The methods process.*: the processes of the sessions.
class ProcessService {
 public:
  /// `unsandboxed`: requests may ask for a process without sandbox-helper.
  ProcessService(EventLoop& loop, SessionService& sessions, HostLink& link, bool unsandboxed)
      : loop_(loop), sessions_(sessions), link_(link), unsandboxed_(unsandboxed), grace_(loop) {}

  /// Adds the methods process.*. This object must outlive the table.
  void AddMethods(MethodTable& methods);
  /// The host takes output, for the first time or again.
  void Resume();
  [[nodiscard]] size_t count() const { return running_.size(); }

  /// Starts no more processes, sends SIGTERM to those that run, and calls `done` when they have ended or their time is
  /// over.
  void Shutdown(std::function<void()> done);

 private:
  struct Running {
    std::string session;
    std::shared_ptr<Process> process;
    std::vector<Reply> waiting = {};  // requests for process.wait
    bool failed = false;              // its program never ran: no caller knows its id
  };

  void Spawn(const JsonValue& parameters, const Reply& reply);
  void Write(const JsonValue& parameters, const Reply& reply);
  void Signal(const JsonValue& parameters, const Reply& reply);
  void Kill(const JsonValue& parameters, const Reply& reply);
  void Resize(const JsonValue& parameters, const Reply& reply);
  void Widen(const JsonValue& parameters, const Reply& reply);
  void Wait(const JsonValue& parameters, const Reply& reply);
  void List(const JsonValue& parameters, const Reply& reply);

  Result<Running*> Find(uint64_t id);
  void Ended(uint64_t id, const Cgroup& cgroup, const ProcessEnd& end);
  void CheckShutdown();

  EventLoop& loop_;
  SessionService& sessions_;
  HostLink& link_;
  bool unsandboxed_;
  Timer grace_;
  std::map<uint64_t, Running> running_;
  std::map<uint64_t, JsonValue> ended_;  // ends of the last kRememberedEnds processes
  uint64_t last_id_ = 0;
  std::function<void()> shut_down_;
};

}  // namespace hallmark::guest
