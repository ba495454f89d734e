// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// One source of packages.
struct AptSource {
  std::string uri;                      ///< the mirror's base, with a "/" at its end
  std::string suite;                    ///< "bookworm-updates"
  std::vector<std::string> components;  ///< "main"
  std::string signed_by;  ///< paths of keyrings, fingerprints, or the text of a key; empty: any trusted key
};

/// The sources of a recipe's packages: its mirrors, or the builder's own apt sources of its suites. kNotFound if the
/// builder has none of these.
Result<std::vector<AptSource>> AptSources(const Recipe& recipe);

/// The entries of a sources.list (sources.list(5)). Entries of source packages and flat repositories are left out.
std::vector<AptSource> ParseSourcesList(std::string_view text);
/// The entries of a *.sources file (sources.list(5)). Disabled entries and entries of source packages are left out.
std::vector<AptSource> ParseDeb822Sources(std::string_view text);

/// The base of a snapshot mirror ("https://host/{time}") at a time ("20261101T000000Z"), with a "/" at its end.
std::string SnapshotBase(const std::string& mirror, const std::string& time);

}  // namespace hallmark
