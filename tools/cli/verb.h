// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hallmark::cli {

class Output;

using Arguments = std::vector<std::string>;

/// One thing that a program does: `PROGRAM NAME ...`, or `PROGRAM VERB NAME ...` for a subcommand of a verb.
struct Verb {
  std::string_view name;
  std::string_view summary;  ///< one line, for --help
  /// `arguments` are those after the name. Returns the exit status of a run without error.
  Result<int> (*run)(const Arguments& arguments, Output& output);
};

/// The exit status of a run without error whose verdict is negative.
constexpr int kDoesNotHold = 3;

/// Every verb of the program, in the order of its --help. CMake makes this table from the list in the CMakeLists.txt of
/// the program's directory.
std::span<const Verb> Verbs();

}  // namespace hallmark::cli
