// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hallmark::sandbox {

/// A path that no command may write, whether it exists or not: what is in it would later be run, outside of the sandbox
/// or as somebody else's settings.
struct ProtectedPath {
  std::string path;
  bool directory = false;    ///< what it is where it has yet to be made
  std::string_view content;  ///< of a file, where it has yet to be made

  bool operator==(const ProtectedPath&) const = default;
};

/// Held by all helpers of a session: a file in its directory.
constexpr std::string_view kLockName = ".sandbox-helper.lock";

/// Start-up files of shells and editors, settings of git, ssh and agents in `home`; and in `working_directory`, which
/// is `home` or lies in it, what a project brings: git's hooks and configuration, settings of editors and agents. The
/// same, where it is there already, in the directories between the two and in every directory below `home` to a depth
/// of kSearchDepth; what appears there later is new to everybody, like any other file. A directory that can't be
/// searched is protected as a whole, and so is one that has a link in place of such a file.
std::vector<ProtectedPath> ProtectedPaths(const std::string& home, const std::string& working_directory);

/// Directories below a session's home in which ProtectedPaths() looks for projects.
constexpr int kSearchDepth = 3;

}  // namespace hallmark::sandbox
