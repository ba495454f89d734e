// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/host_link.h"

#include <chrono>
#include <ctime>

#include "guestd/common/log.h"

namespace hallmark::guest {
namespace {

constexpr std::chrono::milliseconds kRetryTime{100};
constexpr uint64_t kClockTolerance = 1000;  // milliseconds; what a busy machine may take to read a frame

void SetClock(uint64_t milliseconds) {
  const uint64_t now = CurrentMilliseconds();
  const uint64_t difference = now > milliseconds ? now - milliseconds : milliseconds - now;
  if (difference <= kClockTolerance) return;
  const timespec time = {.tv_sec = static_cast<time_t>(milliseconds / 1000),
                         .tv_nsec = static_cast<long>(milliseconds % 1000 * 1000000)};
  if (clock_settime(CLOCK_REALTIME, &time) != 0) return LogError("sdk-daemon", ErrnoError(errno, "setting the clock"));
  Log("sdk-daemon", "set the clock by the host's: it was off by " + std::to_string(difference) + " ms");
}

}  // namespace

uint64_t CurrentMilliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

void HostLink::Start() {
  if (finished_) return;
  auto fd = Dial(options_.address);
  if (fd.ok()) return Connected(std::move(*fd));
  if (fd.error().message != last_failure_) {
    last_failure_ = fd.error().message;
    Log("sdk-daemon", last_failure_ + "; trying again until the host is there");
  }
  retry_.Start(kRetryTime, [this] { Start(); });
}

void HostLink::Connected(UniqueFd fd) {
  last_failure_.clear();
  greeted_ = false;
  Channel::Callbacks callbacks;
  callbacks.on_frame = [this](const std::string& body) { TakeFrame(body); };
  callbacks.on_garbage = [this](const Error& error) { Reject(error); };
  callbacks.on_closed = [this](const Error& error) { Broken(error); };
  callbacks.on_drained = [this] { options_.on_ready(); };
  channel_ = Channel::Start(loop_, std::move(fd), std::move(callbacks));
  channel_->Send(EncodeMessage(GuestMessage(options_.hello())));
}

void HostLink::TakeFrame(const std::string& body) {
  auto message = ParseHostMessage(body);
  if (!message.ok()) return Reject(message.error());
  if (const auto* hello = std::get_if<HostHello>(&*message)) return Greet(*hello);
  Serve(std::get<Request>(*message));
}

void HostLink::Greet(const HostHello& hello) {
  // A port has no connections, so a second hello means that the host restarted so fast that we did not notice.
  if (greeted_) channel_->Send(EncodeMessage(GuestMessage(options_.hello())));
  greeted_ = true;
  Log("sdk-daemon", "the host is there");
  if (options_.set_clock && hello.time != 0) SetClock(hello.time);
  options_.on_ready();
}

void HostLink::Serve(const Request& request) {
  const auto reply = [id = request.id, to = std::weak_ptr<Channel>(channel_)](Result<JsonValue> result) {
    if (const auto channel = to.lock()) channel->Send(EncodeMessage(GuestMessage(Response{id, std::move(result)})));
  };
  if (!greeted_) return reply(UsageError("a hello must come before the first request"));
  methods_.Call(request, reply);
}

void HostLink::Reject(const Error& error) {
  // Sent as an event, because there is no request whose id a response could name.
  SendEvent("error", JsonValue::Object({{"kind", ErrorKindName(error.kind)}, {"message", error.message}}));
  channel_->Flush();
  Broken(error);
}

void HostLink::Broken(const Error& error) {
  LogError("sdk-daemon", Error(error).WithContext("lost the host"));
  channel_.reset();
  greeted_ = false;
  retry_.Start(kRetryTime, [this] { Start(); });
}

void HostLink::SendEvent(std::string name, JsonValue data) {
  if (channel_ != nullptr) channel_->Send(EncodeMessage(GuestMessage(Event{std::move(name), std::move(data)})));
}

void HostLink::SendOutput(uint64_t process, std::string_view stream, uint64_t offset, ByteSpan bytes) {
  if (channel_ != nullptr) channel_->Send(EncodeOutput(process, stream, offset, bytes));
}

void HostLink::Finish() {
  finished_ = true;
  retry_.Cancel();
  if (channel_ != nullptr) channel_->Flush();
  channel_.reset();
}

}  // namespace hallmark::guest
