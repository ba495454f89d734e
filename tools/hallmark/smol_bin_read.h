// SPDX-License-Identifier: Apache-2.0

#include "tools/cli/verb.h"
#pragma once

namespace hallmark {

/// The subcommands of `hallmark smol-bin` that read an image: verify, ls, extract and dump. Each returns the exit
/// status.
Result<int> RunSmolBinVerify(const cli::Arguments& arguments, cli::Output& output);
Result<int> RunSmolBinList(const cli::Arguments& arguments, cli::Output& output);
Result<int> RunSmolBinExtract(const cli::Arguments& arguments, cli::Output& output);
Result<int> RunSmolBinDump(const cli::Arguments& arguments, cli::Output& output);

}  // namespace hallmark
