// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"
#include "lib/rootfs/tree/tree_directory.h"

namespace hallmark {

/// The user database of a tree: /etc/passwd, group, shadow, gshadow, subuid and subgid (passwd(5) and so on).
class UserDatabase {
 public:
  static Result<UserDatabase> Load(const TreeDirectory& tree);

  /// Adds a user with a group of his own and a locked password, and to the groups named. kUsage if the name or the id
  /// is taken, or a group does not exist. `day` is the days since 1970 that the password was set.
  Result<void> AddUser(const Recipe::User& user, uint64_t day);
  /// Locks in the date of every password: useradd notes the day of the build.
  void SetPasswordDays(uint64_t day);

  /// The ids of an owner, by name or number. kUsage if the tree does not know the name.
  [[nodiscard]] Result<Ownership> Resolve(const Recipe::Owner& owner, mode_t mode) const;

  Result<void> Store(const TreeDirectory& tree) const;

 private:
  std::string passwd_;
  std::string group_;
  std::string shadow_;
  std::string gshadow_;
  std::string subuid_;
  std::string subgid_;
  uint32_t shadow_gid_ = 0;
};

}  // namespace hallmark
