// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.h"
#include "tools/cli/verb.h"

namespace hallmark::cli {

/// A program with verbs, such as hallmark.
struct Program {
  std::string_view name;
  std::string_view summary;  ///< one sentence, for --help
  std::string_view version;
  std::span<const Verb> verbs;
};

/// All of main(): runs the verb that the first argument names, writes to standard output and standard error, and prints
/// its error. Returns the exit status.
int RunProgram(const Program& program, int argc, char** argv);

/// Runs the verb that the first argument names, or answers --help and --version. Returns the exit status. kUsage if
/// there is no such verb.
Result<int> RunVerb(const Program& program, const Arguments& arguments, Output& output);

/// A verb that only groups others: `hallmark trust init|rotate|show`.
struct VerbGroup {
  std::string_view name;     ///< as it is typed: "hallmark trust"
  std::string_view summary;  ///< what the subcommands are about, for --help
  std::span<const Verb> verbs;
};

/// Runs the subcommand that the first argument names, or answers --help. Returns the exit status. kUsage if there is no
/// such subcommand.
Result<int> RunSubcommand(const VerbGroup& group, const Arguments& arguments, Output& output);

}  // namespace hallmark::cli
