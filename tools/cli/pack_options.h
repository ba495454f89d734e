// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signing/seal/pack.h"
#include "tools/cli/options.h"

namespace hallmark::cli {

/// Adds --level, --frame-size and --jobs, which every verb that compresses an image has.
void AddPackOptions(Options& options);
/// What --level and --frame-size say. kUsage if --frame-size is more than 64 MiB.
Result<PackOptions> PackOptionsFrom(const Parsed& parsed);

}  // namespace hallmark::cli
