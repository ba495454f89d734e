// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hallmark {

/// One requirement of building images on a machine.
struct Need {
  enum class State { kPresent, kMissing, kUnwise };  ///< kUnwise: a build may work or fail
  std::string name;                                  ///< "binfmt_misc for arm64"
  State state = State::kPresent;
  std::string detail;  ///< what was found, or what it is for
  std::string remedy;  ///< the command that fixes it; empty if present
};

/// Every requirement of a build for `architecture` (Debian's name), checked now. `cache` is the directory for packages
/// and trees. Changes nothing on the machine.
std::vector<Need> ExamineMachine(std::string_view architecture, const std::filesystem::path& cache);

}  // namespace hallmark
