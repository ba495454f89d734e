// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "tools/cli/options.h"

namespace hallmark::cli {

/// Adds -q and -v, for verbs with long work.
void AddVerbosityOptions(Options& options);
/// The verbosity of -q and -v. If both are given, -q wins.
Verbosity VerbosityFrom(const Parsed& parsed);

/// Adds --jobs.
void AddJobsOption(Options& options);
/// How many threads to use; 0: one per core.
size_t JobsFrom(const Parsed& parsed);

/// Adds --json. Scripts rely on the output of --json: members may be added to it, but never removed or renamed.
void AddJsonOption(Options& options);

/// $SOURCE_DATE_EPOCH, seconds since 1970; absent if it is not set. kUsage if it is not a number.
Result<std::optional<uint64_t>> SourceDateEpoch();

}  // namespace hallmark::cli
