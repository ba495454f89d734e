// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common_options.h"

#include <charconv>
#include <cstdlib>

namespace hallmark::cli {

void AddVerbosityOptions(Options& options) {
  options.AddFlag("q,quiet", "Print errors only");
  options.AddFlag("v,verbose", "Print more of what is being done");
}

Verbosity VerbosityFrom(const Parsed& parsed) {
  if (parsed.Has("quiet")) return Verbosity::kQuiet;
  return parsed.Has("verbose") ? Verbosity::kVerbose : Verbosity::kNormal;
}

void AddJobsOption(Options& options) {
  constexpr uint64_t kMaxJobs = 1024;
  options.AddNumber("j,jobs", "N", "Threads to use; 0 means one for each core", {.fallback = 0, .max = kMaxJobs});
}

size_t JobsFrom(const Parsed& parsed) { return parsed.Number("jobs"); }

void AddJsonOption(Options& options) { options.AddFlag("json", "Print the result as JSON"); }

Result<std::optional<uint64_t>> SourceDateEpoch() {
  const char* const text = std::getenv("SOURCE_DATE_EPOCH");
  if (text == nullptr) return std::optional<uint64_t>();
  const char* const last = text + std::string_view(text).size();
  uint64_t seconds = 0;
  const auto [end, failure] = std::from_chars(text, last, seconds);
  if (failure == std::errc() && end == last) return std::optional(seconds);
  return UsageError("SOURCE_DATE_EPOCH: '" + std::string(text) + "' is not a number of seconds since 1970");
}

}  // namespace hallmark::cli
