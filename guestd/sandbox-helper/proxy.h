// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "guestd/common/event_loop.h"
#include "guestd/sandbox-helper/live_policy.h"
#include "guestd/sandbox-helper/resolver.h"
#include "lib/base/file.h"

namespace hallmark::sandbox {

/// Ports of 127.0.0.1 inside the sandbox, where its proxy is reached.
constexpr uint16_t kHttpProxyPort = 3128;
constexpr uint16_t kSocksProxyPort = 1080;

enum class ProxyProtocol { kHttp, kSocks5 };

/// What a proxy's connections may take. One that exceeds a time is ended; more connections wait to be accepted.
struct ProxyLimits {
  size_t connections = 256;
  std::chrono::seconds request{30};  ///< until the request has come whole
  std::chrono::seconds connect{30};  ///< from there until the connection to the target stands
  std::chrono::seconds idle{1800};   ///< without a byte in either direction
};

/// The way out of a sandbox: an HTTP proxy (CONNECT, and http:// requests one a connection) and a SOCKS5 proxy. What a
/// client asks for has to pass the policy by its name; the name is looked up once, its addresses have to be public
/// (RefusedAddress()), and those are what is connected to. Runs on one thread.
class Proxy {
 public:
  Proxy(EventLoop& loop, LivePolicy& policy, Resolver& resolver, ProxyLimits limits = {})
      : loop_(loop), policy_(policy), resolver_(resolver), limits_(limits) {}
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  /// Serves the connections that come to a listening TCP socket, which may be another network namespace's.
  void Serve(UniqueFd listener, ProxyProtocol protocol);

  // For a connection.
  [[nodiscard]] EventLoop& loop() const { return loop_; }
  [[nodiscard]] LivePolicy& policy() const { return policy_; }
  [[nodiscard]] Resolver& resolver() const { return resolver_; }
  [[nodiscard]] const ProxyLimits& limits() const { return limits_; }

 private:
  struct Listener;
  void AwaitClient(const std::shared_ptr<Listener>& listener);
  void Accept(const std::shared_ptr<Listener>& listener);
  void ConnectionEnded();

  EventLoop& loop_;
  LivePolicy& policy_;
  Resolver& resolver_;
  ProxyLimits limits_;
  size_t connections_ = 0;
  std::vector<std::shared_ptr<Listener>> waiting_;                 // for a connection to end
  std::shared_ptr<Proxy*> self_ = std::make_shared<Proxy*>(this);  // for connections that may outlive this
};

}  // namespace hallmark::sandbox
