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

/// True for a virtio-serial port that the host has not opened: it takes no data, and poll(2) on it returns at once.
bool Deaf(int fd) {
  pollfd state = {fd, 0, 0};
  return poll(&state, 1, 0) > 0 && (state.revents & POLLHUP) != 0;
}

}  // namespace

std::shared_ptr<Channel> Channel::Start(EventLoop& loop, UniqueFd fd, Callbacks callbacks) {
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  std::shared_ptr<Channel> channel(new Channel(loop, std::move(fd), std::move(callbacks)));
  channel->Read();
  return channel;
}

Channel::Channel(EventLoop& loop, UniqueFd fd, Callbacks callbacks)
    : stream_(loop, std::move(fd)), callbacks_(std::move(callbacks)) {}

void Channel::Read() {
  if (reading_ || !stream_.open()) return;
  reading_ = true;
  stream_.Await(Watched::Event::kReadable, [self = shared_from_this()] {
    self->reading_ = false;
    self->TakeIn();
  });
}

void Channel::TakeIn() {
  std::array<uint8_t, kReadSize> buffer;
  const ssize_t length = read(stream_.fd(), buffer.data(), buffer.size());
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return Read();
  if (length < 0) return Fail(ErrnoError(errno, "reading from the channel"));
  if (length == 0) return Fail(IoError("the other side closed the channel"));
  decoder_.Feed(ByteSpan(buffer).first(static_cast<size_t>(length)));
  while (stream_.open()) {
    auto frame = decoder_.Next();
    if (!frame.ok()) return callbacks_.on_garbage ? callbacks_.on_garbage(frame.error()) : Fail(frame.error());
    if (!frame->has_value()) break;
    callbacks_.on_frame(std::move(**frame));
  }
  if (queued_ <= kStopReading) Read();
}

void Channel::Send(std::string_view body) {
  if (!stream_.open()) return;
  auto frame = EncodeFrame(body);
  if (!frame.ok()) return Fail(frame.error());
  queued_ += frame->size();
  was_full_ = was_full_ || Full();
  queue_.push_back(std::move(*frame));
  if (!writing_) Write();
}

void Channel::Write() {
  writing_ = true;
  stream_.Await(Watched::Event::kWritable, [self = shared_from_this()] {
    self->writing_ = false;
    self->PutOut();
  });
}

int Channel::WriteQueue() {
  while (!queue_.empty()) {
    const std::string& frame = queue_.front();
    const ssize_t bytes = write(stream_.fd(), frame.data() + sent_, frame.size() - sent_);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return errno;
    sent_ += static_cast<size_t>(bytes);
    queued_ -= static_cast<size_t>(bytes);
    if (sent_ < frame.size()) continue;
    queue_.pop_front();
    sent_ = 0;
  }
  return 0;
}

void Channel::PutOut() {
  const auto self = shared_from_this();  // on_drained may drop the last other owner
  const int error = WriteQueue();
  if (error != 0 && error != EAGAIN) return Fail(ErrnoError(error, "writing to the channel"));
  if (error == EAGAIN && Deaf(stream_.fd())) return Fail(IoError("the other side closed the channel"));
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
  while (stream_.open() && WriteQueue() == EAGAIN && Clock::now() < end) {
    pollfd ready = {stream_.fd(), POLLOUT, 0};
    poll(&ready, 1, 10);
  }
  Close();
}

void Channel::Close() { stream_.Close(); }

void Channel::Fail(const Error& error) {
  const auto self = shared_from_this();
  Close();
  if (callbacks_.on_closed) callbacks_.on_closed(error);
}

}  // namespace hallmark::guest
