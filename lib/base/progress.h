// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

namespace hallmark {

enum class Verbosity { kQuiet, kNormal, kVerbose };

/// Shows a person the progress of work. On a terminal: one line that is redrawn, with stage, amount, rate and time
/// left. Elsewhere: a plain line when a stage starts and when it ends. Thread-safe.
class Progress {
 public:
  enum class Unit { kItems, kBytes };
  struct StageTime {
    std::string stage;
    std::chrono::duration<double> seconds;
  };

  /// Writes to `stream`, which must outlive this object.
  explicit Progress(Verbosity verbosity = Verbosity::kNormal, std::FILE* stream = stderr);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { EndStage(); }

  /// Ends the previous stage and begins the next. `total` is its amount of work in `unit`; 0 if it is not known.
  void BeginStage(std::string_view stage, uint64_t total = 0, Unit unit = Unit::kItems);
  /// Adds `amount` to what is done of the stage; `item` names what is being worked on.
  void Advance(uint64_t amount, std::string_view item = {});
  /// Ends the stage and prints how long it took. Nothing happens if there is none.
  void EndStage();

  /// Prints a line for the person, between stages or within one; with -v only.
  void PrintVerbose(std::string_view line);

  /// Every stage so far, in order.
  [[nodiscard]] std::vector<StageTime> StageTimes() const;

 private:
  using Clock = std::chrono::steady_clock;
  void EndStageLocked();
  void PrintLocked(std::string_view line);
  void Redraw(std::string_view item);
  void ClearLine();

  mutable std::mutex mutex_;
  Verbosity verbosity_;
  std::FILE* stream_;
  bool terminal_;
  bool line_drawn_ = false;
  std::string stage_;  // empty: between stages
  Unit unit_ = Unit::kItems;
  uint64_t total_ = 0;
  uint64_t done_ = 0;
  Clock::time_point started_;
  Clock::time_point drawn_;
  std::vector<StageTime> times_;
};

/// "1.5 GiB", "12 MiB", "512 bytes".
std::string FormatBytes(uint64_t bytes);
/// "0.4 s", "12 s", "3 min 05 s".
std::string FormatDuration(std::chrono::duration<double> duration);

}  // namespace hallmark
