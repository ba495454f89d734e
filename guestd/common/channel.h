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

/// A connected stream of frames, of any kind: vsock, Unix socket, virtio-serial port. Single-threaded, on the loop that
/// it is given; callbacks may destroy the channel.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  struct Callbacks {
    std::function<void(std::string body)> on_frame;
    /// The peer sent something that is not a frame, so nothing after it can be relied on. Called in place of on_closed;
    /// the channel is still open to tell the peer, and the callee closes it.
    std::function<void(const Error& error)> on_garbage;
    /// Once, at the end of the stream or on an error; none after Close().
    std::function<void(const Error& error)> on_closed;
    /// What waits to be sent fell below kLowWater after Full() was true.
    std::function<void()> on_drained;
  };

  /// Whoever produces much asks Full() first, so this is about what waits in memory at most.
  static constexpr size_t kHighWater = 1 << 20;
  static constexpr size_t kLowWater = kHighWater / 2;
  /// A peer that asks and never reads answers is not read from any more.
  static constexpr size_t kStopReading = 16 << 20;

  /// Takes over a connected descriptor and begins to read.
  static std::shared_ptr<Channel> Start(EventLoop& loop, UniqueFd fd, Callbacks callbacks);

  /// Queues one frame. What does not fit a frame closes the channel: nothing that we send may be that large.
  void Send(std::string_view body);
  [[nodiscard]] bool Full() const { return queued_ > kHighWater; }
  /// Sends what is queued, as far as the peer takes it within a moment, and then closes.
  void Flush();
  void Close();

 private:
  Channel(EventLoop& loop, UniqueFd fd, Callbacks callbacks);
  void Read();
  void TakeIn();
  void Write();
  void PutOut();
  /// Sends as much of the queue as the peer takes now: 0, or errno.
  int WriteQueue();
  void Fail(const Error& error);

  Watched stream_;
  Callbacks callbacks_;
  FrameDecoder decoder_;
  std::deque<std::string> queue_;  // whole frames; of the first, sent_ bytes are gone
  size_t sent_ = 0;
  size_t queued_ = 0;
  bool writing_ = false;
  bool reading_ = false;
  bool was_full_ = false;
};

}  // namespace hallmark::guest
