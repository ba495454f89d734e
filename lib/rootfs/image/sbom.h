// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// The image's bill of materials as SPDX 2.3 JSON: every locked package, npm package, download and Python file with its
/// digest. Depends on recipe and lock alone, so two builds give the same bytes.
std::string MakeSbom(const Recipe& recipe, const Lock& lock);

/// How the image was made: a SLSA v1 provenance predicate. Its subjects are those of the manifest that names it. It
/// does not mention a host, user, directory or time of the machine that built it.
std::string MakeProvenance(const Recipe& recipe, const Lock& lock);

}  // namespace hallmark
