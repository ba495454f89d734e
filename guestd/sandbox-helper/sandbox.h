// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guestd/sandbox-helper/options.h"
#include "lib/base/result.h"

namespace hallmark::sandbox {

/// Runs a command in its sandbox, with its proxy, until it ends. Returns the command's exit status, or 128 + N if
/// signal N ended it. Every process of the sandbox dies with this process.
Result<int> RunSandbox(const Options& options);

}  // namespace hallmark::sandbox
