// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

namespace hallmark::guest {

void Log(std::string_view component, std::string_view text) {
  const time_t now = time(nullptr);
  struct tm utc {};
  gmtime_r(&now, &utc);
  std::array<char, 32> stamp;
  const size_t length = strftime(stamp.data(), stamp.size(), "%Y/%m/%d %H:%M:%S", &utc);
  std::string line(stamp.data(), length);
  line.append(" [").append(component).append("] ").append(text);
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
  line += '\n';
  // A single write, so that lines of several processes do not mix. A failing journal must not stop anything.
  [[maybe_unused]] const ssize_t ignored = write(STDERR_FILENO, line.data(), line.size());
}

void LogError(std::string_view component, const Error& error) {
  Log(component, error.hint.empty() ? error.message : error.message + " (" + error.hint + ")");
}

}  // namespace hallmark::guest
