// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/rootfs/tree/namespace.h"

namespace hallmark {

/// What maintainer scripts call, and what they get while a tree is configured. Nothing of this stays in the tree: it is
/// mounted over the tree's files for one command at a time.
///
/// - Programs that would do for minutes, under emulation, what we do once at the end, or what has no place in an image
///   under construction (starting services, host keys), do nothing.
/// - The shell, Perl and the small tools that scripts are made of are the builder's own when the tree is of another
///   architecture: emulated they take most of the time, and they give the same tree (a test compares).
class ScriptHelpers {
 public:
  /// `scratch` is a directory on the builder, ours alone. Makes what the mounts need in `tree`: RemoveMountPoints()
  /// takes it away again. `emulate_all` leaves the shell and its tools as they are in the tree.
  static Result<ScriptHelpers> Prepare(const std::filesystem::path& tree, std::string_view architecture,
                                       const std::filesystem::path& scratch, bool emulate_all);

  /// The builder's tools alone. Packages that own what is mounted over must not be unpacked under them.
  [[nodiscard]] const std::vector<TreeMount>& Tools() const { return tools_; }
  /// The tools, and what does nothing, as far as the tree has it by now: for the configuration of packages.
  [[nodiscard]] std::vector<TreeMount> ForConfigure() const;

  Result<void> RemoveMountPoints() const;

 private:
  std::filesystem::path tree_;
  std::filesystem::path idle_program_;
  std::filesystem::path empty_file_;
  std::vector<TreeMount> tools_;
  std::vector<std::filesystem::path> mount_points_;  // ours, in the order they were made
};

}  // namespace hallmark
