// SPDX-License-Identifier: Apache-2.0
#include "lib/base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace hallmark {
namespace {

constexpr std::chrono::milliseconds kRedrawInterval(100);

template <typename... Args>
std::string Format(const char* format, Args... args) {
  std::array<char, 128> buffer;
  const int n = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return {buffer.data(), std::min(static_cast<size_t>(n), buffer.size() - 1)};
}

bool IsTerminal(std::FILE* stream) {
  const char* term = getenv("TERM");
  return isatty(fileno(stream)) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

size_t TerminalWidth(std::FILE* stream) {
  winsize size{};
  return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string FormatAmount(uint64_t amount, Progress::Unit unit) {
  return unit == Progress::Unit::kBytes ? FormatBytes(amount) : std::to_string(amount);
}

}  // namespace

Progress::Progress(Verbosity verbosity, std::FILE* stream)
    : verbosity_(verbosity), stream_(stream), terminal_(verbosity != Verbosity::kQuiet && IsTerminal(stream)) {}

void Progress::BeginStage(std::string_view stage, uint64_t total, Unit unit) {
  const std::lock_guard lock(mutex_);
  EndStageLocked();
  stage_ = stage;
  unit_ = unit;
  total_ = total;
  done_ = 0;
  started_ = Clock::now();
  drawn_ = {};
  if (terminal_) {
    Redraw({});
  } else {
    PrintLocked(total == 0 ? stage_ : stage_ + ": " + FormatAmount(total, unit));
  }
}

void Progress::Advance(uint64_t amount, std::string_view item) {
  const std::lock_guard lock(mutex_);
  done_ += amount;
  if (terminal_ && Clock::now() - drawn_ >= kRedrawInterval) Redraw(item);
}

void Progress::EndStage() {
  const std::lock_guard lock(mutex_);
  EndStageLocked();
}

void Progress::EndStageLocked() {
  if (stage_.empty()) return;
  const std::chrono::duration<double> seconds = Clock::now() - started_;
  times_.push_back({stage_, seconds});
  PrintLocked(stage_ + ": done in " + FormatDuration(seconds));
  stage_.clear();
}

void Progress::PrintVerbose(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (verbosity_ == Verbosity::kVerbose) PrintLocked(line);
}

std::vector<Progress::StageTime> Progress::StageTimes() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

void Progress::PrintLocked(std::string_view line) {
  if (verbosity_ == Verbosity::kQuiet) return;
  ClearLine();
  std::fprintf(stream_, "%.*s\n", static_cast<int>(line.size()), line.data());
}

void Progress::Redraw(std::string_view item) {
  drawn_ = Clock::now();
  const std::chrono::duration<double> elapsed = drawn_ - started_;
  std::string line = stage_ + ": " + FormatAmount(done_, unit_);
  if (total_ != 0) line += " of " + FormatAmount(total_, unit_);
  const double rate = elapsed.count() > 0.2 ? static_cast<double>(done_) / elapsed.count() : 0;
  if (rate > 0 && unit_ == Unit::kBytes) line += ", " + FormatBytes(static_cast<uint64_t>(rate)) + "/s";
  if (rate > 0 && unit_ == Unit::kItems) line += Format(", %.1f/s", rate);
  if (rate > 0 && total_ > done_) {
    const std::chrono::duration<double> left(static_cast<double>(total_ - done_) / rate);
    line += ", " + FormatDuration(left) + " left";
  }
  if (!item.empty()) line.append("  ").append(item);
  line.resize(std::min(line.size(), TerminalWidth(stream_) - 1));
  std::fprintf(stream_, "\r\033[K%s", line.c_str());
  std::fflush(stream_);
  line_drawn_ = true;
}

void Progress::ClearLine() {
  if (line_drawn_) std::fputs("\r\033[K", stream_);
  line_drawn_ = false;
}

std::string FormatBytes(uint64_t bytes) {
  static constexpr std::array kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " bytes";
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return Format(value < 10 ? "%.1f %s" : "%.0f %s", value, kUnits[unit]);
}

std::string FormatDuration(std::chrono::duration<double> duration) {
  const double seconds = duration.count();
  if (seconds < 10) return Format("%.1f s", seconds);
  if (seconds < 60) return Format("%.0f s", seconds);
  const auto whole = static_cast<uint64_t>(seconds);
  return Format("%llu min %02llu s", static_cast<unsigned long long>(whole / 60),
                static_cast<unsigned long long>(whole % 60));
}

}  // namespace hallmark
