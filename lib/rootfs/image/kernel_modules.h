// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file_tree.h"
#include "lib/base/result.h"

namespace hallmark {

/// "kernel/fs/ext4/dm-verity.ko.xz" as "dm_verity": the kernel's own form of a module's name.
std::string ModuleName(std::string_view path);

/// The version of the only kernel in /boot that has its modules. kNotFound if there is none, kUsage if there are
/// several.
Result<std::string> KernelVersion(const FileTree& rootfs);

/// The dependencies between a kernel's modules, as depmod found them.
class ModuleIndex {
 public:
  /// Reads those of the kernel `version` in `rootfs`. kNotFound if depmod has not run.
  static Result<ModuleIndex> Read(const FileTree& rootfs, const std::string& version);

  /// The directory of the paths below: "/usr/lib/modules/VERSION".
  [[nodiscard]] const std::string& directory() const { return directory_; }
  /// A module's path and those of all modules that it requires, in load order; empty if this kernel has no such module.
  [[nodiscard]] std::vector<std::string> InLoadOrder(const std::string& name) const;
  [[nodiscard]] bool IsModule(const std::string& name) const { return modules_.contains(name); }
  [[nodiscard]] bool IsBuiltin(const std::string& name) const { return builtin_.contains(name); }

 private:
  std::string directory_;
  std::map<std::string, std::vector<std::string>> modules_;
  std::set<std::string> builtin_;
};

}  // namespace hallmark
