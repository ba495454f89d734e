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

/// The daemon's connection to the host: dialled again whenever it breaks, for as long as the daemon runs. What belongs
/// to sessions and processes does not hang on it.
class HostLink {
 public:
  struct Options {
    HostAddress address;
    std::function<GuestHello()> hello;  ///< called at every connection
    bool set_clock = false;             ///< to the host's, when they differ by more than a second
    /// The host is there, and takes output (again).
    std::function<void()> on_ready;
  };

  HostLink(EventLoop& loop, const MethodTable& methods, Options options)
      : loop_(loop), methods_(methods), options_(std::move(options)), retry_(loop) {}

  /// Dials. Returns at once.
  void Start();

  /// True while the host takes more output.
  [[nodiscard]] bool Ready() const { return greeted_ && channel_ != nullptr && !channel_->Full(); }
  /// Both drop what they are given while no host is there.
  void SendEvent(std::string name, JsonValue data);
  void SendOutput(uint64_t process, std::string_view stream, uint64_t offset, ByteSpan bytes);

  /// Sends what is queued, and closes for good.
  void Finish();

 private:
  void Connected(UniqueFd fd);
  void TakeFrame(const std::string& body);
  void Greet(const HostHello& hello);
  void Serve(const Request& request);
  /// Tells the host why nothing that it sends can be relied on any more, and drops the connection.
  void Reject(const Error& error);
  void Broken(const Error& error);

  EventLoop& loop_;
  const MethodTable& methods_;
  Options options_;
  Timer retry_;
  std::shared_ptr<Channel> channel_;
  bool greeted_ = false;
  bool finished_ = false;
  std::string last_failure_;  // of dialling: the same reason is logged once
};

/// Milliseconds since 1970 by this machine's clock.
uint64_t CurrentMilliseconds();

}  // namespace hallmark::guest
