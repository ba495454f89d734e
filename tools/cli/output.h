// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string_view>

namespace hallmark {
class JsonValue;
}

namespace hallmark::cli {

/// Where a verb writes: standard output and standard error in a program, memory in a test. Results, which scripts read,
/// go to the first; messages for the person go to the second. Text from untrusted files must pass through Printable()
/// (lib/base/printable.h) first. No verb writes binary data here.
class Output {
 public:
  /// Both streams must outlive this object.
  Output(std::FILE* results, std::FILE* messages) : results_(results), messages_(messages) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() = default;

  /// Prints a result, like printf().
  [[gnu::format(printf, 2, 3)]] void Print(const char* format, ...);
  /// Prints a line of the result: `line` and a line feed.
  void Puts(std::string_view line);
  /// Prints the result of --json.
  void PutJson(const JsonValue& json);
  /// Prints a message to the person, like printf().
  [[gnu::format(printf, 2, 3)]] void Warn(const char* format, ...);

  /// The stream of messages, for Progress.
  [[nodiscard]] std::FILE* messages() const { return messages_; }

 private:
  std::FILE* results_;
  std::FILE* messages_;
};

}  // namespace hallmark::cli
