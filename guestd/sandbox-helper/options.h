// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace hallmark::sandbox {

/// What sandbox-helper(8) is asked for. Paths are absolute.
struct Options {
  std::filesystem::path settings;                ///< --settings: the policy, srt-settings.json
  std::filesystem::path session_home;            ///< --session-home: the only directory of its parent that can be seen
  std::filesystem::path working_directory;       ///< --workdir: in session_home, which it is by default
  std::vector<std::filesystem::path> read_only;  ///< --read-only: what may not be written whatever the policy says
  std::vector<std::string> command;              ///< never empty
};

/// Empty if --help was asked for, and printed. kUsage, with the next step, on what the options do not say. The command
/// begins at the first "--", and nothing of it is taken for an option.
Result<std::optional<Options>> ParseOptions(const std::vector<std::string>& arguments);

}  // namespace hallmark::sandbox
