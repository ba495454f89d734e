// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "guestd/common/channel.h"
#include "guestd/common/dial.h"
#include "guestd/common/event_loop.h"
#include "guestd/protocol/message.h"
#include "guestd/sdk-daemon/methods.h"

namespace hallmark::guest {

/// The daemon's connection to the host. Dials again whenever the connection breaks, as long as the daemon runs.
/// Sessions and processes do not depend on the connection.
class HostLink {
 public:
  struct Options {
    HostAddress address;
    std::function<GuestHello()> hello;  ///< called at every connection
    bool set_clock = false;             ///< set our clock to the host's if they differ by more than a second
    /// The host takes output, for the first time or again.
    std::function<void()> on_ready;
  };

  HostLink(EventLoop& loop, const MethodTable& methods, Options options)
      : loop_(loop), methods_(methods), options_(std::move(options)), retry_(loop) {}

  /// Starts to dial. Returns at once.
  void Start();

  /// True while the host takes more output.
  [[nodiscard]] bool Ready() const { return greeted_ && channel_ != nullptr && !channel_->Full(); }
  /// Sends an event. Drops it if no host is connected.
  void SendEvent(std::string name, JsonValue data);
  /// Sends output of a process: see EncodeOutput(). Drops it if no host is connected.
  void SendOutput(uint64_t process, std::string_view stream, uint64_t offset, ByteSpan bytes);

  /// Sends what is queued, and closes for good.
  void Finish();

 private:
  void Connected(UniqueFd fd);
  void TakeFrame(const std::string& body);
  void Greet(const HostHello& hello);
  void Serve(const Request& request);
  /// Tells the host why its stream can't be relied on any more, and drops the connection.
  void Reject(const Error& error);
  void Broken(const Error& error);

  EventLoop& loop_;
  const MethodTable& methods_;
  Options options_;
  Timer retry_;
  std::shared_ptr<Channel> channel_;
  bool greeted_ = false;
  bool finished_ = false;
  std::string last_failure_;  // of dialling: a reason that repeats is logged once
};

/// Milliseconds since 1970 by this machine's clock.
uint64_t CurrentMilliseconds();

}  // namespace hallmark::guest
