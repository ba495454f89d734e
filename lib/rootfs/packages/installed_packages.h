// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"

namespace hallmark {

struct InstalledPackage {
  std::string name;
  std::string version;
  std::string architecture;
  uint64_t size = 0;  ///< bytes, as the package's maintainer measured it
};

constexpr std::string_view kDpkgStatusPath = "/var/lib/dpkg/status";
constexpr uint64_t kMaxDpkgStatusSize = 256 << 20;

/// The packages that dpkg's database of a tree lists as installed, the largest first. kNotFound if the tree has no
/// database.
Result<std::vector<InstalledPackage>> InstalledPackages(const FileTree& tree);

/// The same from the text of kDpkgStatusPath. A package that was removed but left its configuration is not installed.
std::vector<InstalledPackage> ParseDpkgStatus(const std::string& text);

}  // namespace hallmark
