// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <string>

#include "guestd/protocol/message.h"
#include "lib/base/file.h"

namespace hallmark::guest {
namespace {

/// In the child: restores the default actions of the signals that the daemon's loop handles.
void ResetSignals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGTERM, SIGINT, SIGPIPE}) signal(number, SIG_DFL);
}

Result<JsonValue> CallWork(const Worker::Work& work) {
  try {
    return work();
  } catch (const std::exception& exception) {
    return InternalError(std::string("unexpected: ") + exception.what());
  }
}

void CloseAllBut(int one, int other) {
  unsigned int next = STDERR_FILENO + 1;
  for (const int kept : {std::min(one, other), std::max(one, other)}) {
    if (kept < static_cast<int>(next)) continue;
    if (kept > static_cast<int>(next)) close_range(next, static_cast<unsigned int>(kept) - 1, 0);
    next = static_cast<unsigned int>(kept) + 1;
  }
  close_range(next, ~0U, 0);
}

[[noreturn]] void RunInChild(const Worker::Work& work, int output, int keep, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  CloseAllBut(output, keep);
  ResetSignals();
  const std::string answer = EncodeMessage(GuestMessage(Response{0, CallWork(work)}));
  std::string_view rest = answer;
  while (!rest.empty()) {
    const ssize_t written = write(output, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) _exit(1);
    if (written > 0) rest.remove_prefix(static_cast<size_t>(written));
  }
  close(output);
  while (true) pause();
}

/// One piece of work, from fork(2) to waitpid(2).
class Running : public std::enable_shared_from_this<Running> {
 public:
  Running(EventLoop& loop, pid_t child, UniqueFd output, Worker::Done done)
      : child_(child), output_(loop, std::move(output)), timer_(loop), done_(std::move(done)) {}

  void Begin(std::chrono::milliseconds limit) {
    timer_.Start(limit, [self = shared_from_this(), limit] {
      self->Finish(IoError("no result after " + std::to_string(limit.count() / 1000) + " s")
                       .WithHint("the disk or the shared directory does not answer"));
    });
    AwaitOutput();
  }

 private:
  void AwaitOutput() {
    output_.Await(Watched::Event::kReadable, [self = shared_from_this()] { self->Read(); });
  }

  void Read() {
    std::array<char, 4096> buffer;
    const ssize_t length = read(output_.fd(), buffer.data(), buffer.size());
    if (length > 0) text_.append(buffer.data(), static_cast<size_t>(length));
    if (length > 0 || (length < 0 && errno == EINTR)) return AwaitOutput();
    Finish(Parse());
  }

  Result<JsonValue> Parse() const {
    auto message = ParseGuestMessage(text_);
    if (!message.ok()) return InternalError("the worker process ended without a result");
    if (auto* response = std::get_if<Response>(&*message)) return std::move(response->result);
    return InternalError("the worker process gave no response");
  }

  void Finish(Result<JsonValue> result) {
    if (finished_) return;
    finished_ = true;
    timer_.Cancel();
    output_.Close();
    done_(std::move(result), child_);
    kill(child_, SIGKILL);
    Reap();
  }

  /// Reaps the child in the background: one that hangs in the kernel takes long to die.
  void Reap() {
    if (waitpid(child_, nullptr, WNOHANG) == child_) return;
    timer_.Start(std::chrono::milliseconds(10), [self = shared_from_this()] { self->Reap(); });
  }

  pid_t child_;
  Watched output_;
  Timer timer_;
  Worker::Done done_;
  std::string text_;
  bool finished_ = false;
};

}  // namespace

void Worker::Start(EventLoop& loop, std::chrono::milliseconds limit, int keep, const Work& work, Done done) {
  Result<Pipe> pipe = MakePipe();
  if (!pipe.ok()) return done(std::move(pipe).error(), 0);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return done(ErrnoError(errno, "fork"), 0);
  if (child == 0) RunInChild(work, pipe->write_end.get(), keep, parent);
  pipe->write_end.Reset();
  std::make_shared<Running>(loop, child, std::move(pipe->read_end), std::move(done))->Begin(limit);
}

}  // namespace hallmark::guest
