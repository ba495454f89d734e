// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hallmark {

/// One thing that building images needs of the machine.
struct Need {
  enum class State { kPresent, kMissing, kUnwise };  ///< kUnwise: a build may go through, or may not
  std::string name;                                  ///< "binfmt_misc for arm64"
  State state = State::kPresent;
  std::string detail;  ///< what was found, or what it is for
  std::string remedy;  ///< the command that mends it; empty when present
};

/// Every need of a build for `architecture` (Debian's name), looked up now. `cache` is where packages and trees would
/// be kept. Changes nothing on the machine.
std::vector<Need> ExamineMachine(std::string_view architecture, const std::filesystem::path& cache);

}  // namespace hallmark
