// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>

#include "lib/base/file.h"

// What the guest's programs wait with. asio does the work in event_loop.cc: files that include it take seconds to
// compile.

namespace asio {
class io_context;
}

namespace hallmark {

/// One thread waits here for everything and calls what is ready. All that is made with a loop must end before it.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();

  /// Calls what is ready until Stop(), or until nothing is waited for any more.
  void Run();
  /// Makes Run() return after the call that it is in.
  void Stop();
  /// Calls what is ready now, and returns.
  void Poll();
  /// Calls `task` later, from Run() or Poll().
  void Post(std::function<void()> task);

  /// For sockets that asio itself reads and writes.
  [[nodiscard]] asio::io_context& context() { return *context_; }

 private:
  std::unique_ptr<asio::io_context> context_;
};

/// Calls back once, after a time.
class Timer {
 public:
  explicit Timer(EventLoop& loop);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  /// Cancels.
  ~Timer();

  /// Calls `done` after `time`. What an earlier Start() waits for is cancelled.
  void Start(std::chrono::milliseconds time, std::function<void()> done);
  /// What was waited for is never called. False if nothing was.
  bool Cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// An owned descriptor that can be waited for: a socket, a pipe, a terminal, a pidfd, a signalfd.
class Watched {
 public:
  enum class Event { kReadable, kWritable };

  /// Takes over an open descriptor.
  Watched(EventLoop& loop, UniqueFd fd);
  Watched(Watched&&) noexcept;
  Watched& operator=(Watched&&) = delete;
  /// Closes.
  ~Watched();

  /// Calls `ready` once, later, when the event has come: data or the end of the stream to read, room to write, or an
  /// error that a call on the descriptor tells. Never after Close(). One wait for each event at a time.
  void Await(Event event, std::function<void()> ready);
  /// No error if it is closed already.
  void Close();

  [[nodiscard]] bool open() const;
  /// -1 if it is closed.
  [[nodiscard]] int fd() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Takes signals out of the process's hands.
class SignalWatch {
 public:
  /// From here on the signals do nothing but what Await() says.
  SignalWatch(EventLoop& loop, std::initializer_list<int> numbers);
  ~SignalWatch();

  /// Calls `received` once, with the number of the first signal that comes.
  void Await(std::function<void(int number)> received);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hallmark
