// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signing/seal/pack.h"
#include "tools/cli/options.h"

namespace hallmark::cli {

/// Adds --level, --frame-size and --jobs, for verbs that compress an image.
void AddPackOptions(Options& options);
/// The options of --level and --frame-size. kUsage if --frame-size is more than 64 MiB.
Result<PackOptions> PackOptionsFrom(const Parsed& parsed);

}  // namespace hallmark::cli
