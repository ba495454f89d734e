// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace hallmark::sandbox {

/// The options of sandbox-helper(8). Paths are absolute.
struct Options {
  std::filesystem::path settings;                ///< --settings: the policy file, srt-settings.json
  std::filesystem::path session_home;            ///< --session-home: the only visible directory of its parent
  std::filesystem::path working_directory;       ///< --workdir: in session_home; default: session_home
  std::vector<std::filesystem::path> read_only;  ///< --read-only: not writable, whatever the policy says
  std::vector<std::string> command;              ///< never empty
};

/// Empty if --help was given; the help is printed then. kUsage, with the next step, if an option is wrong or missing.
/// The command begins after the first "--", and none of its words is read as an option.
Result<std::optional<Options>> ParseOptions(const std::vector<std::string>& arguments);

}  // namespace hallmark::sandbox
