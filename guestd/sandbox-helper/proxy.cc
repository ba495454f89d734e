// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/proxy.h"

#include <memory>
#include <utility>

#include "guestd/sandbox-helper/proxy_connection.h"

namespace hallmark::sandbox {
namespace {

using asio::ip::tcp;

// Before accepting again after a failure, such as too many open files.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

struct Proxy::Listener {
  Listener(asio::io_context& context, int fd, ProxyProtocol served)
      : acceptor(context, tcp::v4(), fd), pause(context), protocol(served) {}

  tcp::acceptor acceptor;
  asio::steady_timer pause;
  ProxyProtocol protocol;
};

void Proxy::Serve(UniqueFd listener, ProxyProtocol protocol) {
  Accept(std::make_shared<Listener>(context_, listener.Release(), protocol));
}

void Proxy::Accept(const std::shared_ptr<Listener>& listener) {
  if (connections_ >= limits_.connections) {
    waiting_.push_back(listener);
    return;
  }
  listener->acceptor.async_accept([this, listener](asio::error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      ++connections_;
      StartProxyConnection(*this, std::move(socket), listener->protocol);
      return Accept(listener);
    }
    listener->pause.expires_after(kAcceptPause);
    listener->pause.async_wait([this, listener](asio::error_code aborted) {
      if (!aborted) Accept(listener);
    });
  });
}

void Proxy::ConnectionEnded() {
  --connections_;
  for (const std::shared_ptr<Listener>& listener : std::exchange(waiting_, {})) Accept(listener);
}

}  // namespace hallmark::sandbox
