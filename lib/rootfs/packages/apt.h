// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/rootfs/packages/apt_sources.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// apt, for the recipe's architecture and sources, in directories of its own: nothing of the builder's is read but what
/// its acquisition needs (proxies, authorisation, trusted keys), and nothing of it is written.
class Apt {
 public:
  /// In the cache's apt/, by the digest of sources and architecture, so that lists are not fetched again.
  static Result<Apt> Open(const Recipe& recipe, const std::vector<AptSource>& sources, const Cache& cache);

  /// Fetches the package lists; apt checks their signatures. kIo with what apt says.
  [[nodiscard]] Result<void> Update() const;

  /// What apt would do to install `packages` and all essential ones into nothing.
  struct Plan {
    struct Step {
      std::string name;
      std::string version;
    };
    std::vector<Step> unpack;            ///< in order
    std::vector<std::string> configure;  ///< names, in order
  };
  /// kUsage, with apt's explanation, if a package does not exist or packages conflict.
  [[nodiscard]] Result<Plan> Resolve(const std::vector<std::string>& packages, bool recommends) const;

  /// The plan that `apt-get install --simulate` prints.
  static Plan ParsePlan(std::string_view text);

  /// The files that Update() fetched.
  struct Index {
    std::string suite;              ///< as the sources name it
    std::string uri;                ///< the mirror's base
    std::filesystem::path release;  ///< InRelease
    std::string packages;           ///< the text of a Packages file
  };
  [[nodiscard]] Result<std::vector<Index>> Indexes() const;

  /// Every key that may sign the lists, in one keyring that gpgv reads.
  [[nodiscard]] const std::filesystem::path& keyring() const { return keyring_; }

 private:
  explicit Apt(std::filesystem::path directory)
      : directory_(std::move(directory)), keyring_(directory_ / "keyring.gpg") {}
  Result<void> Configure(const Recipe& recipe, const std::vector<AptSource>& sources) const;
  [[nodiscard]] std::vector<std::string> Environment() const;

  std::filesystem::path directory_;
  std::filesystem::path keyring_;
};

}  // namespace hallmark
