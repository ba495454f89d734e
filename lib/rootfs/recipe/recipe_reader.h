// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// Reads `text`, the content of `file`, and the files that it includes into `recipe`. Scalars replace what an included
/// file says, lists go on after it. What is required of a whole recipe is not checked. kUsage names file, line and
/// column.
Result<void> ReadRecipeText(std::string_view text, const std::filesystem::path& file, Recipe* recipe);

}  // namespace hallmark
