// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// Where a program for the guest is on this machine: in $HALLMARK_GUEST/ARCHITECTURE/ if that is set, or where this
/// build or installation keeps them. kNotFound names the place that was looked at first.
Result<std::filesystem::path> GuestProgram(std::string_view architecture, std::string_view name);

/// Where the programs of [guest] go, and what they check smol-bin with.
inline constexpr const char* kGuestDirectory = "/usr/lib/hallmark";
inline constexpr const char* kGuestTrust = "/usr/lib/hallmark/trust.json";

/// Puts what runs in the guest into a tree: the programs that the recipe's [guest] names, as this build of Hallmark
/// made them for the recipe's architecture; a trust file of the text `trust`, if that is not empty; and in os-release
/// the image's name. New files have `mtime`. kNotFound names the program that there is none of.
Result<void> AddGuestFiles(const Recipe& recipe, const std::string& trust, Timestamp mtime, FileTree& tree);

}  // namespace hallmark
