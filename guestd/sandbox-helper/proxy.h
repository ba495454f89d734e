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

/// The ports of 127.0.0.1 inside the sandbox on which its proxy listens.
constexpr uint16_t kHttpProxyPort = 3128;
constexpr uint16_t kSocksProxyPort = 1080;

enum class ProxyProtocol { kHttp, kSocks5 };

/// Limits of a proxy's connections. A connection that exceeds a time is ended; connections over the maximum wait to be
/// accepted.
struct ProxyLimits {
  size_t connections = 256;
  std::chrono::seconds request{30};  ///< until the whole request has arrived
  std::chrono::seconds connect{30};  ///< from then until the target is connected
  std::chrono::seconds idle{1800};   ///< without a byte in either direction
};

/// The way out of a sandbox: an HTTP proxy (CONNECT, and http:// with one request per connection) and a SOCKS5 proxy.
/// The policy must allow the name that a client asks for. The name is looked up once, its addresses must be public
/// (RefusedAddress()), and the proxy connects to these addresses. Runs on one thread.
class Proxy {
 public:
  Proxy(EventLoop& loop, LivePolicy& policy, Resolver& resolver, ProxyLimits limits = {})
      : loop_(loop), policy_(policy), resolver_(resolver), limits_(limits) {}
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  /// Serves the connections to a listening TCP socket, which may belong to another network namespace.
  void Serve(UniqueFd listener, ProxyProtocol protocol);

  // Used by the connections.
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
  std::vector<std::shared_ptr<Listener>> waiting_;                 // listeners that wait for a connection to end
  std::shared_ptr<Proxy*> self_ = std::make_shared<Proxy*>(this);  // for connections that may outlive this object
};

}  // namespace hallmark::sandbox
