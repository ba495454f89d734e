// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <string>

#include "guestd/common/event_loop.h"
#include "guestd/sdk-daemon/host_link.h"
#include "guestd/sdk-daemon/methods.h"
#include "guestd/sdk-daemon/session_service.h"

namespace hallmark::guest {

/// The methods disk.* and session.quota: what the sessions use of their disk. A session that uses more than its quota
/// is frozen where it stands, and goes on when it no longer does: nothing of it is lost, and the others have their
/// room.
class DiskService {
 public:
  /// `trim` asks guestd to give free blocks back to the host, and answers with an object.
  DiskService(EventLoop& loop, SessionService& sessions, HostLink& link, std::function<void(Reply)> trim)
      : loop_(loop), sessions_(sessions), link_(link), trim_(std::move(trim)), timer_(loop) {}

  void AddMethods(MethodTable& methods);
  /// Begins to hold sessions to their quotas.
  void Start();
  void Stop() { timer_.Cancel(); }

 private:
  void Usage(const JsonValue& parameters, const Reply& reply);
  void Quota(const JsonValue& parameters, const Reply& reply);
  void Collect(const JsonValue& parameters, const Reply& reply);
  /// Measures a session that has a quota, and freezes it or lets it go on.
  void Check(const std::string& name);
  void Judge(const std::string& name, const Result<JsonValue>& usage);

  EventLoop& loop_;
  SessionService& sessions_;
  HostLink& link_;
  std::function<void(Reply)> trim_;
  Timer timer_;
  std::set<std::string> checking_;  // a slow disk is not asked twice at once
};

}  // namespace hallmark::guest
