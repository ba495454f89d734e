// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/supervisor.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "guestd/common/log.h"

namespace hallmark::guest {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStopTime{15};  // longer than the daemon gives its processes

void Kill(const DaemonProcess& process) { syscall(SYS_pidfd_send_signal, process.pidfd.get(), SIGKILL, nullptr, 0); }

}  // namespace

Result<void> Supervisor::Start() {
  ASSIGN_OR_RETURN(set_, sets_.Current());
  policy_.Begin(set_.proven);
  Launch();
  return {};
}

void Supervisor::Launch() {
  if (stopped_) return;
  Log("guestd", "starting sdk-daemon of " + set_.name);
  policy_.Started(Clock::now());
  greeted_ = false;
  waiting_ = false;
  auto process = StartDaemon(options_.command(set_), options_.cgroup);
  if (!process.ok()) {
    LogError("guestd", process.error());
    return Recover();
  }
  process_ = std::move(*process);
  Channel::Callbacks callbacks;
  callbacks.on_frame = [this](const std::string& body) { TakeFrame(body); };
  channel_ = Channel::Start(loop_, std::move(process_.socket), std::move(callbacks));
  WaitForEnd();
  AskHealth();
}

void Supervisor::AskHealth() {
  waiting_ = true;
  channel_->Send(EncodeMessage(HostMessage(Request{++asked_, "health", JsonValue::Object()})));
  ExpectHealth();
}

void Supervisor::ExpectHealth() {
  health_timer_.Start(RestartPolicy::kHealthDeadline, [this] {
    if (!waiting_) return;
    Log("guestd", "sdk-daemon does not answer its health check: killing it");
    Kill(process_);
  });
}

void Supervisor::TakeFrame(const std::string& body) {
  const auto message = ParseGuestMessage(body);
  if (!message.ok()) {
    LogError("guestd", message.error());
    return Kill(process_);
  }
  if (const auto* response = std::get_if<Response>(&*message)) TakeResponse(*response);
  if (const auto* event = std::get_if<Event>(&*message)) Answer(*event);
}

void Supervisor::TakeResponse(const Response& response) {
  if (!waiting_ || response.id != asked_ || stopped_) return;
  if (!response.result.ok()) return LogError("guestd", response.result.error());  // then the deadline passes
  waiting_ = false;
  if (!std::exchange(greeted_, true)) options_.on_healthy(set_);
  if (policy_.Healthy(Clock::now())) {
    if (const auto confirmed = sets_.Confirm(); !confirmed.ok()) {
      LogError("guestd", confirmed.error());
    } else {
      Log("guestd", "sdk-daemon of " + set_.name + " is good");  // from now on, whatever happens
    }
  }
  health_timer_.Start(RestartPolicy::kHealthInterval, [this] { AskHealth(); });
}

void Supervisor::Answer(const Event& event) {
  if (event.name != "trim") return Log("guestd", "sdk-daemon sent what nobody knows: " + event.name);
  JsonValue parameters = JsonValue::Object();
  const auto trimmed = options_.trim();
  if (waiting_) ExpectHealth();  // its answer may have come while the disk was slow
  if (trimmed.ok()) {
    parameters.Set("bytes", *trimmed);
  } else {
    parameters.Set("error", trimmed.error().message);
  }
  // Uses an id that TakeResponse() does not take for a health check's.
  channel_->Send(EncodeMessage(HostMessage(Request{0, "trimmed", std::move(parameters)})));
}

void Supervisor::WaitForEnd() {
  end_ = std::make_unique<Watched>(loop_, UniqueFd(dup(process_.pidfd.get())));
  end_->Await(Watched::Event::kReadable, [this] { Ended(); });
}

void Supervisor::Ended() {
  health_timer_.Cancel();
  const std::string how = ReapDaemon(process_);
  if (channel_ != nullptr) channel_->Close();
  channel_.reset();
  Log("guestd", "sdk-daemon " + how);
  process_ = {};
  if (stopped_) return stopped_();
  options_.on_status("sdk-daemon " + how);
  Recover();
}

void Supervisor::Recover() {
  if (policy_.Failed(Clock::now()) == RestartPolicy::Action::kFallBack) {
    auto previous = sets_.FallBack();
    if (previous.ok()) {
      Log("guestd", "sdk-daemon of " + set_.name + " does not work: falling back to " + previous->name);
      set_ = std::move(*previous);
      policy_.Begin(set_.proven);
      return Launch();
    }
    LogError("guestd", previous.error());
    policy_.Begin(true);  // there is no other set: keep trying, ever more slowly
  }
  LaunchLater();
}

void Supervisor::LaunchLater() {
  start_timer_.Start(policy_.Delay(), [this] { Launch(); });
}

void Supervisor::Stop(std::function<void()> done) {
  if (stopped_) return;
  stopped_ = std::move(done);
  start_timer_.Cancel();
  health_timer_.Cancel();
  if (channel_ == nullptr) return stopped_();
  channel_->Send(EncodeMessage(HostMessage(Request{++asked_, "shutdown", JsonValue::Object()})));
  health_timer_.Start(kStopTime, [this] { Kill(process_); });
}

}  // namespace hallmark::guest
