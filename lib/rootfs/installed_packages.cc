// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/installed_packages.h"

#include <algorithm>
#include <cstdlib>

#include "lib/base/file.h"

namespace hallmark {

std::vector<InstalledPackage> ParseDpkgStatus(const std::string& text) {
  constexpr uint64_t kKibibyte = 1024;  // Installed-Size: Debian Policy 5.6.20
  std::vector<InstalledPackage> packages;
  InstalledPackage package;
  const auto finish = [&] {
    if (!package.name.empty()) packages.push_back(std::move(package));
    package = {};
  };
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = std::string_view(text).substr(start, end - start);
    start = end + 1;
    if (line.empty()) finish();
    const auto value = [&line](std::string_view key) { return std::string(line.substr(key.size())); };
    if (line.starts_with("Package: ")) package.name = value("Package: ");
    if (line.starts_with("Version: ")) package.version = value("Version: ");
    if (line.starts_with("Installed-Size: ")) {
      package.size = std::strtoull(value("Installed-Size: ").c_str(), nullptr, 10) * kKibibyte;
    }
  }
  finish();
  std::stable_sort(packages.begin(), packages.end(),
                   [](const InstalledPackage& a, const InstalledPackage& b) { return a.size > b.size; });
  return packages;
}

Result<std::vector<InstalledPackage>> InstalledPackages(const FileTree& tree) {
  ASSIGN_OR_RETURN(const FileTree::Index index, tree.Find("/var/lib/dpkg/status"));
  const FileTree::Inode& inode = tree.inode(index);
  if (inode.source.empty()) return ParseDpkgStatus(inode.data);
  constexpr uint64_t kLimit = 256 << 20;
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(inode.source, kLimit));
  return ParseDpkgStatus(text);
}

}  // namespace hallmark
