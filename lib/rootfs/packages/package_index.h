// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// What a Packages file says about one package.
struct IndexedPackage {
  std::string name;
  std::string version;
  std::string architecture;
  std::string sha256;
  std::string path;  ///< below the mirror's base
  uint64_t size = 0;
  bool essential = false;
  std::string suite;                  ///< of the index
  std::vector<std::string> provides;  ///< names
  /// Groups of package names from Pre-Depends and Depends, without versions. Any package of a group satisfies that
  /// dependency.
  std::vector<std::vector<std::string>> depends;
};

/// The wanted packages of several Packages files, by name and version.
class PackageIndex {
 public:
  using Key = std::pair<std::string, std::string>;  ///< name, version

  /// Reads the packages in `wanted` from an index. kCorrupt names the package if a field is missing or malformed.
  Result<void> Add(std::string_view text, const std::string& suite, const std::set<Key>& wanted);

  /// Null if no index that was added has the package.
  [[nodiscard]] const IndexedPackage* Find(const std::string& name, const std::string& version) const;

 private:
  std::map<Key, IndexedPackage> packages_;
};

/// Names of the essential packages among `packages` and of all that they depend on: these must be unpacked before any
/// maintainer script can run.
std::vector<std::string> EssentialClosure(const std::vector<const IndexedPackage*>& packages);

}  // namespace hallmark
