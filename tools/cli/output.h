// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string_view>

namespace hallmark {
class JsonValue;
}

namespace hallmark::cli {

/// Where a verb writes: standard output and standard error in a program, memory in a test. Results go to the first,
/// which is what a script reads; what is for the person alone goes to the second. Text from files that nobody vouched
/// for passes through Printable() (lib/base/printable.h) first, and no verb writes binary data here.
class Output {
 public:
  /// Both streams outlive it.
  Output(std::FILE* results, std::FILE* messages) : results_(results), messages_(messages) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() = default;

  /// A result, as printf() would print it.
  [[gnu::format(printf, 2, 3)]] void Print(const char* format, ...);
  /// A line of the result: `line` and a line feed.
  void Puts(std::string_view line);
  /// The result of --json.
  void PutJson(const JsonValue& json);
  /// A message to the person, as printf() would print it.
  [[gnu::format(printf, 2, 3)]] void Warn(const char* format, ...);

  /// Where messages go, for Progress.
  [[nodiscard]] std::FILE* messages() const { return messages_; }

 private:
  std::FILE* results_;
  std::FILE* messages_;
};

}  // namespace hallmark::cli
