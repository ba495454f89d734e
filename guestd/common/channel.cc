// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/channel.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

namespace hallmark::guest {
namespace {

constexpr size_t kReadSize = 64 << 10;
constexpr std::chrono::milliseconds kFlushTime{500};

}  // namespace

std::shared_ptr<Channel> Channel::Start(asio::io_context& loop, UniqueFd fd, Callbacks callbacks) {
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  std::shared_ptr<Channel> channel(new Channel(loop, std::move(fd), std::move(callbacks)));
  channel->Read();
  return channel;
}

Channel::Channel(asio::io_context& loop, UniqueFd fd, Callbacks callbacks)
    : stream_(loop, fd.Release()), callbacks_(std::move(callbacks)) {}

void Channel::Read() {
  if (reading_ || !stream_.is_open()) return;
  reading_ = true;
  stream_.async_wait(asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](const asio::error_code& error) {
                       self->reading_ = false;
                       if (!error && self->stream_.is_open()) self->TakeIn();
                     });
}

void Channel::TakeIn() {
  std::array<uint8_t, kReadSize> buffer;
  const ssize_t length = read(stream_.native_handle(), buffer.data(), buffer.size());
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return Read();
  if (length < 0) return Fail(ErrnoError(errno, "reading from the channel"));
  if (length == 0) return Fail(IoError("the other side closed the channel"));
  decoder_.Feed(ByteSpan(buffer).first(static_cast<size_t>(length)));
  while (stream_.is_open()) {
    auto frame = decoder_.Next();
    if (!frame.ok()) return Fail(frame.error());
    if (!frame->has_value()) break;
    callbacks_.on_frame(std::move(**frame));
  }
  if (queued_ <= kStopReading) Read();
}

void Channel::Send(std::string_view body) {
  if (!stream_.is_open()) return;
  auto frame = EncodeFrame(body);
  if (!frame.ok()) return Fail(frame.error());
  queued_ += frame->size();
  was_full_ = was_full_ || Full();
  queue_.push_back(std::move(*frame));
  if (!writing_) Write();
}

void Channel::Write() {
  writing_ = true;
  stream_.async_write_some(asio::buffer(queue_.front().data() + sent_, queue_.front().size() - sent_),
                           [self = shared_from_this()](const asio::error_code& error, size_t bytes) {
                             self->writing_ = false;
                             if (!self->stream_.is_open()) return;
                             if (error) return self->Fail(IoError("writing to the channel: " + error.message()));
                             self->Sent(bytes);
                           });
}

void Channel::Sent(size_t bytes) {
  const auto self = shared_from_this();  // on_drained may drop the last other owner
  sent_ += bytes;
  queued_ -= bytes;
  if (sent_ == queue_.front().size()) {
    queue_.pop_front();
    sent_ = 0;
  }
  if (!queue_.empty()) Write();
  if (queued_ <= kStopReading) Read();
  if (was_full_ && queued_ < kLowWater) {
    was_full_ = false;
    if (callbacks_.on_drained) callbacks_.on_drained();
  }
}

void Channel::Flush() {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + kFlushTime;
  while (stream_.is_open() && !queue_.empty() && Clock::now() < end) {
    const std::string& frame = queue_.front();
    const ssize_t bytes = write(stream_.native_handle(), frame.data() + sent_, frame.size() - sent_);
    if (bytes < 0 && errno == EAGAIN) {
      pollfd ready = {stream_.native_handle(), POLLOUT, 0};
      poll(&ready, 1, 10);
      continue;
    }
    if (bytes < 0) break;
    sent_ += static_cast<size_t>(bytes);
    if (sent_ == frame.size()) {
      queue_.pop_front();
      sent_ = 0;
    }
  }
  Close();
}

void Channel::Close() {
  asio::error_code ignored;
  stream_.close(ignored);
}

void Channel::Fail(const Error& error) {
  const auto self = shared_from_this();
  Close();
  if (callbacks_.on_closed) callbacks_.on_closed(error);
}

}  // namespace hallmark::guest
