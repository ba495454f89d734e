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

/// The methods disk.* and session.quota: what the sessions use of their disk. A session that exceeds its quota is
/// frozen, and continues once it no longer does: it loses nothing, and the others keep their room.
class DiskService {
 public:
  /// `trim` asks guestd to give free blocks back to the host. It replies with an object.
  DiskService(EventLoop& loop, SessionService& sessions, HostLink& link, std::function<void(Reply)> trim)
      : loop_(loop), sessions_(sessions), link_(link), trim_(std::move(trim)), timer_(loop) {}

  /// Adds the methods disk.* and session.quota. This object must outlive the table.
  void AddMethods(MethodTable& methods);
  /// Starts to hold sessions to their quotas.
  void Start();
  void Stop() { timer_.Cancel(); }

 private:
  void Usage(const JsonValue& parameters, const Reply& reply);
  void Quota(const JsonValue& parameters, const Reply& reply);
  void Collect(const JsonValue& parameters, const Reply& reply);
  /// Measures a session that has a quota; freezes it or lets it continue.
  void Check(const std::string& name);
  void Judge(const std::string& name, const Result<JsonValue>& usage);

  EventLoop& loop_;
  SessionService& sessions_;
  HostLink& link_;
  std::function<void(Reply)> trim_;
  Timer timer_;
  std::set<std::string> checking_;  // sessions that are being measured: a slow disk gets no second request for one
};

}  // namespace hallmark::guest
