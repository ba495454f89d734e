// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hallmark {

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment).
size_t EditDistance(std::string_view a, std::string_view b);

/// Up to `count` of `names`, nearest to `name` first; equally near ones by name. A name that differs in more than half
/// of the longer one's letters is left out, unless it begins with `name`.
std::vector<std::string> NearestNames(std::string_view name, const std::vector<std::string>& names, size_t count);

}  // namespace hallmark
