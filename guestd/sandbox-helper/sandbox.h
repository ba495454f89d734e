// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guestd/sandbox-helper/options.h"
#include "lib/base/result.h"

namespace hallmark::sandbox {

/// Runs a command in its sandbox, with its way out, to the end. The value is the command's exit status, 128 + N if
/// signal N ended it.
/// Everything that the sandbox is made of dies with this process.
Result<int> RunSandbox(const Options& options);

}  // namespace hallmark::sandbox
