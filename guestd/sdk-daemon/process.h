// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "guestd/common/cgroup.h"
#include "guestd/common/event_loop.h"
#include "guestd/sdk-daemon/spawn.h"

namespace hallmark::guest {

/// How a process ended.
struct ProcessEnd {
  std::optional<int> exit_code;  ///< absent: a signal ended it
  int signal = 0;
  bool out_of_memory = false;  ///< the kernel killed a process of its tree for lack of memory
};

/// One process of a session, with its child processes and its streams. Reads output only while it may be sent, so
/// unwanted output waits in the pipe, and the process waits with it.
class Process : public std::enable_shared_from_this<Process> {
 public:
  enum Stream { kOutput, kError };

  struct Callbacks {
    /// The program runs, or the error says why it does not.
    std::function<void(Result<void>)> on_started;
    /// True while the host takes output.
    std::function<bool()> may_send;
    std::function<void(Stream, uint64_t offset, ByteSpan)> on_output;
    /// The process has ended, every process of its tree is killed, and all output has been given out.
    std::function<void(const ProcessEnd&)> on_end;
  };

  /// How many bytes one stream may send before the host asks for more. Empty: as fast as the channel takes them.
  using Window = std::optional<uint64_t>;

  /// Takes over a process that Spawn() started, and `cgroup`, which holds its tree. Calls back from `loop` until
  /// on_end, which comes last.
  static std::shared_ptr<Process> Start(EventLoop& loop, Spawned spawned, Cgroup cgroup, Window window,
                                        Callbacks callbacks);

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// The host takes output again: continues to read.
  void Resume();
  /// The host takes `bytes` more of this stream.
  void Widen(Stream stream, uint64_t bytes);
  /// Writes to the standard input, and closes it if `close_after`. Calls `written` when the process's pipe has taken
  /// all of it. kIo if the process has closed its input, kUsage if too much input is waiting.
  void Write(std::string data, bool close_after, std::function<void(Result<void>)> written);
  /// Sends a signal to the process group, as a terminal would do. kNotFound if the process has ended.
  [[nodiscard]] Result<void> Signal(int number) const;
  /// Kills the process and everything that it has started.
  [[nodiscard]] Result<void> KillTree() const { return cgroup_.Kill(); }
  /// Sets the size of the terminal. kUsage if the process has none; kNotFound if the process has ended.
  [[nodiscard]] Result<void> Resize(const TerminalSize& size) const;

 private:
  struct Source {
    Watched file;
    Process::Window window;
    uint64_t offset = 0;
    bool waiting = false;
  };
  struct Input {
    std::string data;
    size_t written = 0;
    bool close_after = false;
    std::function<void(Result<void>)> done;
  };

  Process(EventLoop& loop, Spawned spawned, Cgroup cgroup, Window window, Callbacks callbacks);
  void WaitForStart();
  void ReadFailure();
  void WaitForEnd();
  void TakeEnd();
  void Read(size_t index);
  void TakeOutput(size_t index);
  void WriteSome();
  void FailInputs(const Error& error);
  void FinishWhenDone();

  pid_t pid_;
  bool terminal_;
  Cgroup cgroup_;
  Callbacks callbacks_;
  Watched pidfd_;
  Watched failure_;
  Watched input_;
  std::vector<Source> sources_;  // standard output and, without a terminal, standard error
  std::deque<Input> inputs_;
  size_t input_size_ = 0;
  bool writing_ = false;
  std::optional<ProcessEnd> end_;
};

}  // namespace hallmark::guest
