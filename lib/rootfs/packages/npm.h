// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// The registry that npm uses here, with a "/" at its end: $NPM_CONFIG_REGISTRY, or what `npm config` says. kNotFound
/// if there is neither.
Result<std::string> NpmRegistry();

/// Asks the registry for the tarball and the integrity of one exact version. kVerification if the recipe states another
/// integrity.
Result<Lock::Npm> ResolveNpm(const std::string& registry, const Recipe::Npm& npm);
/// The same from the registry's answer. kCorrupt if it is not the answer of a registry, or has no SHA-512 integrity.
Result<Lock::Npm> ParseNpmAnswer(std::string_view text, const Recipe::Npm& npm);

}  // namespace hallmark
