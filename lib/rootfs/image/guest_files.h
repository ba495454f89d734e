// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// The path of a guest program on this machine: in $HALLMARK_GUEST/ARCHITECTURE/ if that is set, else where this build
/// or installation keeps them. kNotFound names the place that was searched first.
Result<std::filesystem::path> GuestProgram(std::string_view architecture, std::string_view name);

/// Where the programs of [guest] go in the tree, and the trust file with which they check smol-bin.
inline constexpr const char* kGuestDirectory = "/usr/lib/hallmark";
inline constexpr const char* kGuestTrust = "/usr/lib/hallmark/trust.json";

/// Puts the files that run in the guest into a tree: the programs that the recipe's [guest] names, as this build of
/// Hallmark made them for the recipe's architecture; a trust file with the text `trust`, if that is not empty; and the
/// image's name in os-release. New files have `mtime`. kNotFound names the program that is missing on this machine.
Result<void> AddGuestFiles(const Recipe& recipe, const std::string& trust, Timestamp mtime, FileTree& tree);

}  // namespace hallmark
