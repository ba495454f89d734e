// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>

namespace hallmark::guest {

/// When to start sdk-daemon again, and when to go back to the last good one. Knows no process and no clock.
class RestartPolicy {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;

  static constexpr Duration kHealthInterval{1000};
  static constexpr Duration kHealthDeadline{3000};  ///< for one answer; a set on trial is back in time with this
  static constexpr Duration kTrial{5000};           ///< healthy for so long: good
  static constexpr Duration kFailureWindow{60000};
  static constexpr size_t kMaxFailures = 5;  ///< of a good set within the window
  static constexpr Duration kMinDelay{100};
  static constexpr Duration kMaxDelay{5000};

  enum class Action { kRestart, kFallBack };

  /// A set begins; `proven`: it was good before.
  void Begin(bool proven);
  /// The daemon was started.
  void Started(TimePoint now) { started_ = now; }
  /// It answered. True once, when the set has proved itself.
  [[nodiscard]] bool Healthy(TimePoint now);
  /// It ended, or did not answer.
  [[nodiscard]] Action Failed(TimePoint now);
  /// Before the next start.
  [[nodiscard]] Duration Delay() const { return delay_; }

 private:
  bool proven_ = false;
  TimePoint started_;
  Duration delay_ = kMinDelay;
  std::deque<TimePoint> failures_;
};

}  // namespace hallmark::guest
