// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/proxy.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "guestd/sandbox-helper/proxy_connection.h"

namespace hallmark::sandbox {
namespace {

// The pause before accepting again after a failure, such as too many open files.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

struct Proxy::Listener {
  Listener(EventLoop& loop, UniqueFd fd, ProxyProtocol served)
      : socket(loop, std::move(fd)), pause(loop), protocol(served) {}

  Watched socket;
  Timer pause;
  ProxyProtocol protocol;
};

void Proxy::Serve(UniqueFd listener, ProxyProtocol protocol) {
  fcntl(listener.get(), F_SETFL, fcntl(listener.get(), F_GETFL) | O_NONBLOCK);
  AwaitClient(std::make_shared<Listener>(loop_, std::move(listener), protocol));
}

void Proxy::AwaitClient(const std::shared_ptr<Listener>& listener) {
  if (connections_ >= limits_.connections) {
    waiting_.push_back(listener);
    return;
  }
  listener->socket.Await(Watched::Event::kReadable, [this, listener] { Accept(listener); });
}

void Proxy::Accept(const std::shared_ptr<Listener>& listener) {
  // The other listener may have used the last free connection meanwhile.
  if (connections_ >= limits_.connections) return AwaitClient(listener);
  UniqueFd client(accept4(listener->socket.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  const int error = errno;
  if (client.valid()) {
    ++connections_;
    // The loop may still hold connections when this object is destroyed.
    StartProxyConnection(*this, std::move(client), listener->protocol, [self = std::weak_ptr<Proxy*>(self_)] {
      if (const auto proxy = self.lock()) (*proxy)->ConnectionEnded();
    });
  } else if (error != EAGAIN && error != EINTR && error != ECONNABORTED) {
    return listener->pause.Start(kAcceptPause, [this, listener] { AwaitClient(listener); });
  }
  AwaitClient(listener);
}

void Proxy::ConnectionEnded() {
  --connections_;
  for (const std::shared_ptr<Listener>& listener : std::exchange(waiting_, {})) AwaitClient(listener);
}

}  // namespace hallmark::sandbox
