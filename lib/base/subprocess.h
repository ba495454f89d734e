// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// A program to run. It dies with this process, whatever kills it (PR_SET_PDEATHSIG).
struct Command {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH
  /// The whole environment as NAME=value; empty optional: this process's own.
  std::optional<std::vector<std::string>> environment;
  std::filesystem::path working_directory;  ///< empty: this process's own
  std::string input;                        ///< fed to standard input, which is empty otherwise
  /// Runs in the child just before exec. Async-signal-safe code only. Returns 0, or an errno that fails the start.
  std::function<int()> before_exec;
  /// Called with each complete line of standard output and standard error as it comes, newline taken off.
  std::function<void(std::string_view)> on_line;
};

struct CommandOutput {
  int exit_status = 0;  ///< 128 + N if signal N ended it
  std::string standard_output;
  std::string standard_error;
};

/// Runs to the end, whatever the exit status. kNotFound if the program does not exist, kIo if it can't be started.
Result<CommandOutput> RunCommand(const Command& command);

/// As RunCommand, but a status other than 0 is kIo: the program's name, its status and the last lines it printed.
Result<CommandOutput> RunCommandChecked(const Command& command);

/// The path of a program in PATH or in the sbin directories, which some users' PATH lacks. kNotFound if there is none.
Result<std::filesystem::path> FindProgram(const std::string& name);

}  // namespace hallmark
