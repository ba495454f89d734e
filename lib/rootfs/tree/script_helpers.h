// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/rootfs/tree/namespace.h"

namespace hallmark {

/// Replaces programs that maintainer scripts call while a tree is configured. Nothing of this stays in the tree:
/// replacements are mounted over the tree's files for one command at a time.
///
/// - Programs do nothing if they would take minutes under emulation for what we do once at the end, or if their work
///   has no place in an image under construction (starting services, host keys).
/// - The shell, Perl and the small tools of scripts are the builder's own if the tree has another architecture: under
///   emulation they take most of the time, and they give the same tree (a test compares).
class ScriptHelpers {
 public:
  /// `scratch` is a directory on the builder that nobody else uses. Makes the mount points that `tree` lacks;
  /// RemoveMountPoints() removes them. With `emulate_all`, the shell and its tools stay those of the tree.
  static Result<ScriptHelpers> Prepare(const std::filesystem::path& tree, std::string_view architecture,
                                       const std::filesystem::path& scratch, bool emulate_all);

  /// The builder's tools alone. A package that owns one of the replaced files must not be unpacked while they are
  /// mounted.
  [[nodiscard]] const std::vector<TreeMount>& Tools() const { return tools_; }
  /// The tools, and those idle programs that the tree has by now: for the configuration of packages.
  [[nodiscard]] std::vector<TreeMount> ForConfigure() const;

  /// Removes from the tree what Prepare() made in it. kIo names the path that can't be removed.
  Result<void> RemoveMountPoints() const;

 private:
  std::filesystem::path tree_;
  std::filesystem::path idle_program_;
  std::filesystem::path empty_file_;
  std::vector<TreeMount> tools_;
  std::vector<std::filesystem::path> mount_points_;  // those that Prepare() made, in that order
};

}  // namespace hallmark
