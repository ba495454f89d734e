// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// A program to run. The kernel kills it when this process ends for any reason (PR_SET_PDEATHSIG).
struct Command {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH
  /// The whole environment as NAME=value; without a value, this process's own.
  std::optional<std::vector<std::string>> environment;
  std::filesystem::path working_directory;  ///< empty: this process's own
  std::string input;                        ///< fed to standard input, which is empty otherwise
  /// Runs in the child just before exec. Async-signal-safe code only. Returns 0, or an errno that fails the start.
  std::function<int()> before_exec;
  /// Called with each complete line of standard output and standard error as it arrives, without the newline.
  std::function<void(std::string_view)> on_line;
};

struct CommandOutput {
  int exit_status = 0;  ///< 128 + N if signal N ended it
  std::string standard_output;
  std::string standard_error;
};

/// Runs the program to its end; any exit status is a success. kNotFound if the program does not exist, kIo if it can't
/// be started.
Result<CommandOutput> RunCommand(const Command& command);

/// Like RunCommand, but an exit status other than 0 is kIo: the message has the program's name, its status and the last
/// lines it printed.
Result<CommandOutput> RunCommandChecked(const Command& command);

/// The path of a program in PATH or in the sbin directories, which some users' PATH lacks. kNotFound if there is none.
Result<std::filesystem::path> FindProgram(const std::string& name);

}  // namespace hallmark
