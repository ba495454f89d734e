// SPDX-License-Identifier: Apache-2.0

#include "tools/cli/verb.h"
#pragma once

namespace hallmark {

// The subcommands of `hallmark smol-bin` that read an image. Each returns the exit status.

/// `verify`: checks an image, to the last bit.
Result<int> RunSmolBinVerify(const cli::Arguments& arguments, cli::Output& output);
/// `ls`: lists the files of an image, without checking signatures.
Result<int> RunSmolBinList(const cli::Arguments& arguments, cli::Output& output);
/// `extract`: checks an image, and copies its files to a new directory.
Result<int> RunSmolBinExtract(const cli::Arguments& arguments, cli::Output& output);
/// `dump`: prints what an image says about itself, without checking signatures.
Result<int> RunSmolBinDump(const cli::Arguments& arguments, cli::Output& output);

}  // namespace hallmark
