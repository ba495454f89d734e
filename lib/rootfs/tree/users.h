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
  /// Reads the database of a tree. kNotFound if /etc/passwd or /etc/group is missing; the other files may be missing.
  static Result<UserDatabase> Load(const TreeDirectory& tree);

  /// Adds a user with a group of its own and a locked password, and makes it a member of the groups that `user` names.
  /// kUsage if the name or the id is taken, or if a group does not exist. `day` is the day on which the password was
  /// set, in days since 1970.
  Result<void> AddUser(const Recipe::User& user, uint64_t day);
  /// Sets the date of every password that has one to `day` (days since 1970): useradd records the day of the build.
  void SetPasswordDays(uint64_t day);

  /// The ids of an owner, by name or number. kUsage if the tree does not have the name.
  [[nodiscard]] Result<Ownership> Resolve(const Recipe::Owner& owner, mode_t mode) const;

  /// Writes all files of the database, with mode 0644; shadow and gshadow with mode 0640 and group shadow.
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
