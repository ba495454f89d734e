// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/live_policy.h"

#include <ctime>

namespace hallmark::sandbox {
namespace {

// A file may change twice within one tick of the kernel's clock and keep its time. So a file that changed this recently
// is read again next time.
constexpr time_t kSettledSeconds = 2;

bool IsSettled(const timespec& changed) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return changed.tv_sec < now.tv_sec - kSettledSeconds;
}

}  // namespace

bool LivePolicy::Same(const Stamp& a, const Stamp& b) {
  return a.device == b.device && a.inode == b.inode && a.size == b.size && a.changed.tv_sec == b.changed.tv_sec &&
         a.changed.tv_nsec == b.changed.tv_nsec;
}

Decision LivePolicy::Decide(const Host& host, uint16_t port) {
  Reload();
  Decision decision = matcher_.Decide(host, port);
  if (!failure_.empty()) decision.reason = "the policy can't be read: " + failure_;
  return decision;
}

void LivePolicy::Reload() {
  struct stat status;
  std::optional<Stamp> stamp;
  if (stat(settings_.c_str(), &status) == 0) {
    stamp = Stamp{.device = status.st_dev, .inode = status.st_ino, .size = status.st_size, .changed = status.st_ctim};
  }
  if (stamp && stamp_ && Same(*stamp, *stamp_)) return;
  matcher_ = Matcher();
  const Result<Settings> settings = LoadSettings(settings_);
  failure_ = settings.ok() ? "" : settings.error().message;
  if (settings.ok()) matcher_ = Matcher(*settings);
  stamp_ = stamp && IsSettled(stamp->changed) ? stamp : std::nullopt;
}

}  // namespace hallmark::sandbox
