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

/// Runs apt for the recipe's architecture and sources, in directories of its own. Of the builder's files it reads only
/// what fetching requires (proxies, authorisation, trusted keys), and it changes none.
class Apt {
 public:
  /// Uses a directory of the cache's apt/, named by the digest of sources and architecture, so that unchanged lists are
  /// not fetched again.
  static Result<Apt> Open(const Recipe& recipe, const std::vector<AptSource>& sources, const Cache& cache);

  /// Fetches the package lists; apt checks their signatures. kIo with apt's message.
  [[nodiscard]] Result<void> Update() const;

  /// What apt would do to install `packages` and all essential ones into an empty tree.
  struct Plan {
    struct Step {
      std::string name;
      std::string version;
    };
    std::vector<Step> unpack;            ///< in order
    std::vector<std::string> configure;  ///< names, in order
  };
  /// Makes the plan. kUsage, with apt's explanation, if a package does not exist or packages conflict.
  [[nodiscard]] Result<Plan> Resolve(const std::vector<std::string>& packages, bool recommends) const;

  /// Parses the plan that `apt-get install --simulate` prints.
  static Plan ParsePlan(std::string_view text);

  /// One list that Update() fetched.
  struct Index {
    std::string suite;              ///< as the sources name it
    std::string uri;                ///< the mirror's base
    std::filesystem::path release;  ///< InRelease
    std::string packages;           ///< the text of a Packages file
  };
  /// All lists that Update() fetched. kIo if apt can't read them; kInternal if the name of a list is not understood.
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
