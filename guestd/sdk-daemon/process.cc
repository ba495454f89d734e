// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/process.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "guestd/common/log.h"

namespace hallmark::guest {
namespace {

constexpr size_t kReadSize = 64 << 10;      // default capacity of a pipe
constexpr size_t kMaxInputSize = 10 << 20;  // waiting input of one process

UniqueFd NonBlocking(UniqueFd fd) {
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  return fd;
}

}  // namespace

std::shared_ptr<Process> Process::Start(EventLoop& loop, Spawned spawned, Cgroup cgroup, Window window,
                                        Callbacks callbacks) {
  std::shared_ptr<Process> process(
      new Process(loop, std::move(spawned), std::move(cgroup), window, std::move(callbacks)));
  process->WaitForStart();
  process->WaitForEnd();
  return process;
}

Process::Process(EventLoop& loop, Spawned spawned, Cgroup cgroup, Window window, Callbacks callbacks)
    : pid_(spawned.pid),
      terminal_(!spawned.error.valid()),
      cgroup_(std::move(cgroup)),
      callbacks_(std::move(callbacks)),
      pidfd_(loop, std::move(spawned.pidfd)),
      failure_(loop, NonBlocking(std::move(spawned.failure))),
      input_(loop, NonBlocking(std::move(spawned.input))) {
  sources_.push_back({Watched(loop, NonBlocking(std::move(spawned.output))), window});
  if (terminal_) return;
  sources_.push_back({Watched(loop, NonBlocking(std::move(spawned.error))), window});
}

void Process::WaitForStart() {
  failure_.Await(Watched::Event::kReadable, [self = shared_from_this()] { self->ReadFailure(); });
}

void Process::ReadFailure() {
  SpawnFailure report;
  const ssize_t length = read(failure_.fd(), &report, sizeof report);
  failure_.Close();
  if (length == 0) {
    callbacks_.on_started({});
    for (size_t i = 0; i < sources_.size(); ++i) Read(i);
    return;
  }
  callbacks_.on_started(length == sizeof report ? ErrnoError(report.error_number, report.step.data())
                                                : IoError("the process died before its program ran"));
  for (Source& source : sources_) source.file.Close();
  FinishWhenDone();
}

void Process::WaitForEnd() {
  pidfd_.Await(Watched::Event::kReadable, [self = shared_from_this()] { self->TakeEnd(); });
}

void Process::TakeEnd() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ProcessEnd end;
  if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  // The processes that it left behind would keep its pipes open, and its session busy, for ever.
  if (const auto killed = cgroup_.Kill(); !killed.ok()) LogError("process", killed.error());
  end.out_of_memory = cgroup_.OutOfMemoryKills() > 0;
  end_ = end;
  FailInputs(IoError("the process has ended"));
  FinishWhenDone();
}

void Process::Resume() {
  if (failure_.open()) return;  // the program does not run yet
  for (size_t i = 0; i < sources_.size(); ++i) Read(i);
}

void Process::Widen(Stream stream, uint64_t bytes) {
  const size_t index = stream == kOutput ? 0 : 1;
  if (index >= sources_.size() || !sources_[index].window) return;
  uint64_t& window = *sources_[index].window;
  window += std::min(bytes, std::numeric_limits<uint64_t>::max() - window);
  Resume();
}

void Process::Read(size_t index) {
  Source& source = sources_[index];
  if (source.waiting || !source.file.open() || source.window == uint64_t{0} || !callbacks_.may_send()) return;
  source.waiting = true;
  source.file.Await(Watched::Event::kReadable, [self = shared_from_this(), index] {
    self->sources_[index].waiting = false;
    self->TakeOutput(index);
  });
}

void Process::TakeOutput(size_t index) {
  Source& source = sources_[index];
  if (!callbacks_.may_send()) return;  // the channel has filled up: Resume() calls this again
  static std::array<uint8_t, kReadSize> buffer;
  const size_t wanted = source.window ? std::min<uint64_t>(*source.window, buffer.size()) : buffer.size();
  const ssize_t length = read(source.file.fd(), buffer.data(), wanted);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return Read(index);
  if (length <= 0) {  // a terminal gives EIO once its last process has ended
    source.file.Close();
    return FinishWhenDone();
  }
  const auto size = static_cast<size_t>(length);
  callbacks_.on_output(index == 0 ? kOutput : kError, source.offset, ByteSpan(buffer).first(size));
  source.offset += size;
  if (source.window) *source.window -= size;
  Read(index);
}

void Process::Write(std::string data, bool close_after, std::function<void(Result<void>)> written) {
  if (!input_.open()) return written(IoError("the process's input is closed"));
  if (input_size_ + data.size() > kMaxInputSize) {
    return written(UsageError("more than " + std::to_string(kMaxInputSize) + " bytes of input wait already")
                       .WithHint("write more when an earlier write has been answered"));
  }
  input_size_ += data.size();
  inputs_.push_back({std::move(data), 0, close_after, std::move(written)});
  if (!writing_) WriteSome();
}

void Process::WriteSome() {
  while (!inputs_.empty()) {
    Input& first = inputs_.front();
    const size_t left = first.data.size() - first.written;
    const ssize_t length = left == 0 ? 0 : write(input_.fd(), first.data.data() + first.written, left);
    if (length < 0 && errno == EPIPE) return FailInputs(IoError("the process has closed its input, or has ended"));
    if (length < 0 && errno != EAGAIN && errno != EINTR) return FailInputs(ErrnoError(errno, "the process's input"));
    if (length > 0) first.written += static_cast<size_t>(length);
    if (first.written < first.data.size()) break;
    input_size_ -= first.data.size();
    const bool close_after = first.close_after;
    const auto done = std::move(first.done);
    inputs_.pop_front();
    done({});
    if (close_after) return FailInputs(IoError("the process's input is closed"));
  }
  if (inputs_.empty()) return;
  writing_ = true;
  input_.Await(Watched::Event::kWritable, [self = shared_from_this()] {
    self->writing_ = false;
    self->WriteSome();
  });
}

/// Closes the input, and ends the waiting writes with `error`.
void Process::FailInputs(const Error& error) {
  input_.Close();
  std::deque<Input> failed;
  failed.swap(inputs_);
  input_size_ = 0;
  for (const Input& input : failed) input.done(error);
}

Result<void> Process::Signal(int number) const {
  if (end_) return NotFoundError("the process has ended");
  if (kill(-pid_, number) == 0) return {};  // the process group, as a terminal would do
  return ErrnoError(errno, "signal " + std::to_string(number));
}

Result<void> Process::Resize(const TerminalSize& size) const {
  if (!terminal_) return UsageError("the process has no terminal");
  if (!sources_[0].file.open()) return NotFoundError("the process has ended");
  return ResizeTerminal(sources_[0].file.fd(), size);
}

void Process::FinishWhenDone() {
  const bool drained =
      std::none_of(sources_.begin(), sources_.end(), [](const Source& source) { return source.file.open(); });
  if (!end_ || !drained || !callbacks_.on_end) return;
  const auto on_end = std::exchange(callbacks_.on_end, nullptr);
  on_end(*end_);
}

}  // namespace hallmark::guest
