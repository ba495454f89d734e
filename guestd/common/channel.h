// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "guestd/common/event_loop.h"
#include "guestd/protocol/frame.h"
#include "lib/base/file.h"

namespace hallmark::guest {

/// A connected stream of frames over a vsock, a Unix socket or a virtio-serial port. Works on one thread, that of the
/// loop that it is given. Callbacks may destroy the channel.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  struct Callbacks {
    std::function<void(std::string body)> on_frame;
    /// The peer sent something that is not a frame, so nothing after it can be relied on. Called in place of on_closed.
    /// The channel is still open, so that the callee can tell the peer; the callee closes it.
    std::function<void(const Error& error)> on_garbage;
    /// Called once, at the end of the stream or on an error; never after Close().
    std::function<void(const Error& error)> on_closed;
    /// Called when the queue has fallen below kLowWater bytes after Full() was true.
    std::function<void()> on_drained;
  };

  /// Bytes in the queue at which Full() becomes true. Senders of much data ask Full() first, so the queue hardly grows
  /// past this.
  static constexpr size_t kHighWater = 1 << 20;
  static constexpr size_t kLowWater = kHighWater / 2;
  /// Bytes in the queue at which we stop reading: this peer asks, and does not read the answers.
  static constexpr size_t kStopReading = 16 << 20;

  /// Takes over a connected descriptor and starts to read.
  static std::shared_ptr<Channel> Start(EventLoop& loop, UniqueFd fd, Callbacks callbacks);

  /// Queues one frame. A body that does not fit a frame closes the channel: nothing that we send may be that large.
  void Send(std::string_view body);
  /// True while more than kHighWater bytes are queued.
  [[nodiscard]] bool Full() const { return queued_ > kHighWater; }
  /// Sends what is queued, waits a moment if the peer is slow to take it, and then closes.
  void Flush();
  /// Closes at once and drops what is queued, without calling on_closed. No error if it is closed already.
  void Close();

 private:
  Channel(EventLoop& loop, UniqueFd fd, Callbacks callbacks);
  void Read();
  void TakeIn();
  void Write();
  void PutOut();
  /// Sends as much of the queue as the peer takes now. Returns 0, or errno.
  int WriteQueue();
  void Fail(const Error& error);

  Watched stream_;
  Callbacks callbacks_;
  FrameDecoder decoder_;
  std::deque<std::string> queue_;  // whole frames; sent_ bytes of the first are sent already
  size_t sent_ = 0;
  size_t queued_ = 0;
  bool writing_ = false;
  bool reading_ = false;
  bool was_full_ = false;
};

}  // namespace hallmark::guest
