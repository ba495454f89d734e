// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "tools/cli/options.h"

namespace hallmark::cli {

/// Adds -q and -v, as every verb with long work has them.
void AddVerbosityOptions(Options& options);
/// -q counts for more than -v.
Verbosity VerbosityFrom(const Parsed& parsed);

/// Adds --jobs.
void AddJobsOption(Options& options);
/// Threads to use; 0: one a core.
size_t JobsFrom(const Parsed& parsed);

/// Adds --json. What --json prints is a promise: members are added to it, and none goes or is renamed.
void AddJsonOption(Options& options);

/// $SOURCE_DATE_EPOCH, seconds since 1970; absent if it is not set. kUsage if it is not such a number.
Result<std::optional<uint64_t>> SourceDateEpoch();

}  // namespace hallmark::cli
