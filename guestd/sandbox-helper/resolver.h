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

/// Addresses of names, from the name servers of resolv.conf(5). Static programs have no getaddrinfo(3), and a name must
/// be looked up once, by DNS alone: no search list, no /etc/hosts, no numbers that are read as addresses. Not c-ares:
/// it takes its settings from environment variables too (RES_OPTIONS, LOCALDOMAIN, HOSTALIASES), and the environment
/// here is the command's. An answer that did not fit a datagram is asked for again over TCP (RFC 7766), of the same
/// server.
class Resolver {
 public:
  using Addresses = std::vector<IpAddress>;
  using Handler = std::function<void(Result<Addresses>)>;

  /// `port`: where the name servers listen.
  explicit Resolver(EventLoop& loop, std::filesystem::path configuration = "/etc/resolv.conf", uint16_t port = 53)
      : loop_(loop), configuration_(std::move(configuration)), port_(port) {}

  /// Calls `handler` once, later: with one address or more, IPv4 before IPv6; kNotFound if the name has none; kIo if no
  /// server answered. `name` is in lower case, as ParseHost() makes it.
  void Resolve(const std::string& name, Handler handler);

 private:
  EventLoop& loop_;
  std::filesystem::path configuration_;
  uint16_t port_;
};

/// The name servers that resolv.conf(5) lists, the first three; 127.0.0.1 if it lists none.
std::vector<IpAddress> NameServers(const std::string& configuration);

}  // namespace hallmark::sandbox
