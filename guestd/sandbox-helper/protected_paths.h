// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hallmark::sandbox {

/// A path that no command may write, whether it exists or not: other programs would later run its content outside of
/// the sandbox, or obey it as settings of their own.
struct ProtectedPath {
  std::string path;
  bool directory = false;    ///< what to make there if it is missing
  std::string_view content;  ///< content of a file to make there if it is missing

  bool operator==(const ProtectedPath&) const = default;
};

/// The file in a session's directory on which all helpers of the session hold a lock.
constexpr std::string_view kLockName = ".sandbox-helper.lock";

/// In `home`: start-up files of shells and editors, and settings of git, ssh and agents. In `working_directory`, which
/// is `home` or lies in it: what a project may bring, which is git's hooks and configuration and the settings of
/// editors and agents. The project files that exist already in the directories between the two, and in every directory
/// below `home` to a depth of kSearchDepth; project files that appear there later are not protected. A directory that
/// can't be searched is protected as a whole, and so is one that has a link in place of such a file.
std::vector<ProtectedPath> ProtectedPaths(const std::string& home, const std::string& working_directory);

/// How many levels below a session's home ProtectedPaths() searches for projects.
constexpr int kSearchDepth = 3;

}  // namespace hallmark::sandbox
