// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// Where the programs of [guest] go, and what they check smol-bin with.
inline constexpr const char* kGuestDirectory = "/usr/lib/hallmark";
inline constexpr const char* kGuestTrust = "/usr/lib/hallmark/trust.json";

/// Puts what runs in the guest into a tree: the programs that the recipe's [guest] names, as this build of Hallmark
/// made them for the recipe's architecture; a trust file of the text `trust`, if that is not empty; and in os-release
/// the image's name. New files have `mtime`. kNotFound names the program that there is none of.
Result<void> AddGuestFiles(const Recipe& recipe, const std::string& trust, Timestamp mtime, FileTree& tree);

}  // namespace hallmark
