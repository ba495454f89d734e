// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/installed_packages.h"

#include <algorithm>
#include <cstdlib>

#include "lib/base/file.h"
#include "lib/rootfs/packages/deb822.h"

namespace hallmark {

std::vector<InstalledPackage> ParseDpkgStatus(const std::string& text) {
  constexpr uint64_t kKibibyte = 1024;  // Installed-Size: Debian Policy 5.6.20
  std::vector<InstalledPackage> packages;
  ForEachParagraph(text, [&](const Deb822Paragraph& paragraph) {
    const std::string_view status = paragraph.Get("Status");  // "install ok installed": dpkg(1)
    if (paragraph.Get("Package").empty() || status.substr(status.rfind(' ') + 1) != "installed") return;
    const std::string size(paragraph.Get("Installed-Size"));
    packages.push_back({.name = std::string(paragraph.Get("Package")),
                        .version = std::string(paragraph.Get("Version")),
                        .architecture = std::string(paragraph.Get("Architecture")),
                        .size = std::strtoull(size.c_str(), nullptr, 10) * kKibibyte});
  });
  std::stable_sort(packages.begin(), packages.end(),
                   [](const InstalledPackage& a, const InstalledPackage& b) { return a.size > b.size; });
  return packages;
}

Result<std::vector<InstalledPackage>> InstalledPackages(const FileTree& tree) {
  ASSIGN_OR_RETURN(const std::string text, tree.ReadFile(kDpkgStatusPath, kMaxDpkgStatusSize));
  return ParseDpkgStatus(text);
}

}  // namespace hallmark
