// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "guestd/common/event_loop.h"
#include "guestd/sandbox-helper/address.h"
#include "lib/base/result.h"

namespace hallmark::sandbox {

/// Looks up the addresses of names at the name servers of resolv.conf(5). Static programs have no getaddrinfo(3). Names
/// must be looked up once and by DNS alone: no search list, no /etc/hosts, no numbers that are read as addresses. We do
/// not use c-ares because it also reads settings from environment variables (RES_OPTIONS, LOCALDOMAIN, HOSTALIASES),
/// and the environment here belongs to the command. A truncated answer is asked for again over TCP (RFC 7766), from the
/// same server.
class Resolver {
 public:
  using Addresses = std::vector<IpAddress>;
  using Handler = std::function<void(Result<Addresses>)>;

  /// `port` is the port on which the name servers listen.
  explicit Resolver(EventLoop& loop, std::filesystem::path configuration = "/etc/resolv.conf", uint16_t port = 53)
      : loop_(loop), configuration_(std::move(configuration)), port_(port) {}

  /// Calls `handler` once, later, with at least one address, IPv4 before IPv6. kNotFound if the name has none; kIo if
  /// no server answered. `name` is in lower case, as ParseHost() makes it.
  void Resolve(const std::string& name, Handler handler);

 private:
  EventLoop& loop_;
  std::filesystem::path configuration_;
  uint16_t port_;
};

/// The first three name servers that a resolv.conf(5) lists; 127.0.0.1 if it lists none.
std::vector<IpAddress> NameServers(const std::string& configuration);

}  // namespace hallmark::sandbox
