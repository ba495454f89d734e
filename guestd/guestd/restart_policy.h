// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>

namespace hallmark::guest {

/// Decides when to start sdk-daemon again, and when to go back to the last good set. Knows no process and no clock.
class RestartPolicy {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;

  static constexpr Duration kHealthInterval{1000};
  /// for one answer; short enough that a failing set on trial is replaced in time
  static constexpr Duration kHealthDeadline{3000};
  static constexpr Duration kTrial{5000};  ///< a set that is healthy for so long is good
  static constexpr Duration kFailureWindow{60000};
  static constexpr size_t kMaxFailures = 5;  ///< of a good set within kFailureWindow
  static constexpr Duration kMinDelay{100};
  static constexpr Duration kMaxDelay{5000};

  enum class Action { kRestart, kFallBack };

  /// A new set begins. `proven`: it was good before.
  void Begin(bool proven);
  /// The daemon was started.
  void Started(TimePoint now) { started_ = now; }
  /// The daemon answered. True once: when this proves that the set is good.
  [[nodiscard]] bool Healthy(TimePoint now);
  /// The daemon ended or did not answer. Returns what to do.
  [[nodiscard]] Action Failed(TimePoint now);
  /// How long to wait before the next start.
  [[nodiscard]] Duration Delay() const { return delay_; }

 private:
  bool proven_ = false;
  TimePoint started_;
  Duration delay_ = kMinDelay;
  std::deque<TimePoint> failures_;
};

}  // namespace hallmark::guest
