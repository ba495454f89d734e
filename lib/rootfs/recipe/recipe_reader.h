// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// Reads `text`, the content of `file`, and the files that it includes into `recipe`. Scalars replace those of an
/// included file; lists are appended to its lists. It does not check that the recipe has everything required. kUsage
/// names file, line and column.
Result<void> ReadRecipeText(std::string_view text, const std::filesystem::path& file, Recipe* recipe);

}  // namespace hallmark
