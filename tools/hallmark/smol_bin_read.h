// SPDX-License-Identifier: Apache-2.0

#include "tools/cli/verb.h"
#pragma once

namespace hallmark {

/// Each runs one subcommand of `hallmark smol-bin` that reads an image: verify, ls, extract or dump.
Result<int> RunSmolBinVerify(const cli::Arguments& arguments, cli::Output& output);
Result<int> RunSmolBinList(const cli::Arguments& arguments, cli::Output& output);
Result<int> RunSmolBinExtract(const cli::Arguments& arguments, cli::Output& output);
Result<int> RunSmolBinDump(const cli::Arguments& arguments, cli::Output& output);

}  // namespace hallmark
