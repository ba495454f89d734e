// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/output.h"

#include <cstdarg>

#include "lib/json/json_value.h"

namespace hallmark::cli {

// Write errors are found when the streams are flushed at the end (RunMain()).

void Output::Print(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)std::vfprintf(results_, format, arguments);
  va_end(arguments);
}

void Output::Puts(std::string_view line) {
  (void)std::fwrite(line.data(), 1, line.size(), results_);
  (void)std::fputc('\n', results_);
}

void Output::PutJson(const JsonValue& json) { Print("%s", json.CanonicalText().c_str()); }

void Output::Warn(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)std::vfprintf(messages_, format, arguments);
  va_end(arguments);
}

}  // namespace hallmark::cli
