// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"

namespace hallmark {

struct InstalledPackage {
  std::string name;
  std::string version;
  uint64_t size = 0;  ///< bytes, as the package's maintainer measured it
};

/// What dpkg's database of a tree says is installed, the largest first. kNotFound if the tree has none.
Result<std::vector<InstalledPackage>> InstalledPackages(const FileTree& tree);

/// The same from the text of /var/lib/dpkg/status.
std::vector<InstalledPackage> ParseDpkgStatus(const std::string& text);

}  // namespace hallmark
