// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <set>
#include <string>

#include "guestd/sdk-daemon/disk_usage.h"
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
  DiskService(asio::io_context& loop, SessionService& sessions, HostLink& link, std::function<void(Reply)> trim)
      : loop_(loop), sessions_(sessions), link_(link), trim_(std::move(trim)), timer_(loop) {}

  void AddMethods(MethodTable& methods);
  /// Begins to hold sessions to their quotas.
  void Start();
  void Stop() { timer_.cancel(); }

 private:
  void Usage(const Json& parameters, const Reply& reply);
  void Quota(const Json& parameters, const Reply& reply);
  void Collect(const Json& parameters, const Reply& reply);
  /// Measures a session that has a quota, and freezes it or lets it go on.
  void Check(const std::string& name);
  void Judge(const std::string& name, const Result<Json>& usage);

  asio::io_context& loop_;
  SessionService& sessions_;
  HostLink& link_;
  std::function<void(Reply)> trim_;
  asio::steady_timer timer_;
  std::set<std::string> checking_;  // a slow disk is not asked twice at once
};

}  // namespace hallmark::guest
