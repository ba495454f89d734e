// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/event_loop.h"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <utility>

namespace hallmark {

EventLoop::EventLoop() : context_(std::make_unique<asio::io_context>(1)) {}
EventLoop::~EventLoop() = default;

void EventLoop::Run() { context_->run(); }

void EventLoop::Stop() { context_->stop(); }

void EventLoop::Poll() {
  context_->poll();
  context_->restart();  // it stops when nothing is waited for
}

void EventLoop::Post(std::function<void()> task) { asio::post(*context_, std::move(task)); }

// A handler shares ownership of the state: it may still be queued when the timer or the descriptor is destroyed.

struct Timer::State {
  explicit State(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  uint64_t waits = 0;    // started so far: only the last one counts
  bool waiting = false;  // for the last one
};

Timer::Timer(EventLoop& loop) : state_(std::make_shared<State>(loop.context())) {}

Timer::~Timer() { Cancel(); }

void Timer::Start(std::chrono::milliseconds time, std::function<void()> done) {
  state_->waiting = true;
  state_->timer.expires_after(time);
  state_->timer.async_wait(
      [state = state_, wait = ++state_->waits, done = std::move(done)](const asio::error_code& cancelled) {
        if (cancelled || wait != state->waits) return;
        state->waiting = false;
        done();
      });
}

bool Timer::Cancel() {
  ++state_->waits;
  state_->timer.cancel();
  return std::exchange(state_->waiting, false);
}

struct Watched::State {
  State(asio::io_context& context, int fd) : stream(context, fd) {}
  asio::posix::stream_descriptor stream;
};

Watched::Watched(EventLoop& loop, UniqueFd fd) : state_(std::make_shared<State>(loop.context(), fd.Release())) {}

Watched::Watched(Watched&&) noexcept = default;

Watched::~Watched() {
  if (state_ != nullptr) Close();
}

void Watched::Await(Event event, std::function<void()> ready) {
  const auto wait =
      event == Event::kReadable ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
  state_->stream.async_wait(wait, [state = state_, ready = std::move(ready)](const asio::error_code& error) {
    if (!error && state->stream.is_open()) ready();
  });
}

void Watched::Close() {
  asio::error_code ignored;
  state_->stream.close(ignored);
}

bool Watched::open() const { return state_->stream.is_open(); }

int Watched::fd() const { return state_->stream.native_handle(); }

struct SignalWatch::State {
  explicit State(asio::io_context& context) : signals(context) {}
  asio::signal_set signals;
};

SignalWatch::SignalWatch(EventLoop& loop, std::initializer_list<int> numbers)
    : state_(std::make_unique<State>(loop.context())) {
  for (const int number : numbers) state_->signals.add(number);
}

SignalWatch::~SignalWatch() = default;

void SignalWatch::Await(std::function<void(int)> received) {
  state_->signals.async_wait([received = std::move(received)](const asio::error_code& error, int number) {
    if (!error) received(number);
  });
}

}  // namespace hallmark
