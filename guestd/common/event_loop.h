// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>

#include "lib/base/file.h"

// How the guest's programs wait for events. Only event_loop.cc includes asio: a file that includes it takes seconds to
// compile.

namespace asio {
class io_context;
}

namespace hallmark {

/// One thread waits here for all events and calls their handlers. Everything made with a loop must be destroyed before
/// the loop.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();

  /// Calls handlers until Stop() is called or nothing is waited for any more.
  void Run();
  /// Makes Run() return after the handler that it is calling.
  void Stop();
  /// Calls the handlers that are ready now, and returns.
  void Poll();
  /// Calls `task` later, from Run() or Poll().
  void Post(std::function<void()> task);

  /// For sockets that asio reads and writes itself.
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
  /// Cancels the timer.
  ~Timer();

  /// Calls `done` after `time`. Cancels an earlier Start().
  void Start(std::chrono::milliseconds time, std::function<void()> done);
  /// Cancels: `done` is never called. False if the timer was not running.
  bool Cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// An owned descriptor whose events can be waited for: a socket, a pipe, a terminal, a pidfd, a signalfd.
class Watched {
 public:
  enum class Event { kReadable, kWritable };

  /// Takes over an open descriptor.
  Watched(EventLoop& loop, UniqueFd fd);
  Watched(Watched&&) noexcept;
  Watched& operator=(Watched&&) = delete;
  /// Closes the descriptor.
  ~Watched();

  /// Calls `ready` once, later, when the event has come: there is data or the end of the stream to read, there is room
  /// to write, or a call on the descriptor would return an error. Never calls it after Close(). Only one wait for each
  /// event at a time.
  void Await(Event event, std::function<void()> ready);
  /// Closes the descriptor. No error if it is closed already.
  void Close();

  /// True until Close().
  [[nodiscard]] bool open() const;
  /// The descriptor, or -1 if it is closed.
  [[nodiscard]] int fd() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Waits for signals in place of their default actions.
class SignalWatch {
 public:
  /// From now on the signals have no effect but what Await() says.
  SignalWatch(EventLoop& loop, std::initializer_list<int> numbers);
  ~SignalWatch();

  /// Calls `received` once, with the number of the first signal that comes.
  void Await(std::function<void(int number)> received);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hallmark
