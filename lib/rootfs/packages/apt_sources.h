// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// One place that packages come from.
struct AptSource {
  std::string uri;                      ///< the mirror's base, with a "/" at its end
  std::string suite;                    ///< "bookworm-updates"
  std::vector<std::string> components;  ///< "main"
  std::string signed_by;  ///< paths of keyrings or fingerprints, or a key's own text; empty: any trusted key
};

/// Where a recipe's packages come from: its mirrors, or the builder's own apt sources of its suites. kNotFound if the
/// builder has none of them.
Result<std::vector<AptSource>> AptSources(const Recipe& recipe);

/// The entries of a sources.list and of a *.sources file (sources.list(5)). Entries that are disabled, those of source
/// packages and those of flat repositories are left out.
std::vector<AptSource> ParseSourcesList(std::string_view text);
std::vector<AptSource> ParseDeb822Sources(std::string_view text);

/// The base of a snapshot mirror ("https://host/{time}") at a time ("20261101T000000Z"), with a "/" at its end.
std::string SnapshotBase(const std::string& mirror, const std::string& time);

}  // namespace hallmark
