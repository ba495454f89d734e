// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/kernel_modules.h"

#include <sys/stat.h>

#include <algorithm>

#include "lib/base/text.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxIndexSize = 16 << 20;  // modules.dep of Debian's kernels: 0.5 MiB

/// The directory of a kernel's modules; in /lib in a tree that is not merged yet.
Result<std::string> ModuleDirectory(const FileTree& tree, const std::string& version) {
  for (const char* parent : {"/usr/lib/modules/", "/lib/modules/"}) {
    if (tree.Contains(parent + version + "/modules.dep")) return parent + version;
  }
  return Error(NotFoundError("no modules.dep of kernel " + version))
      .WithHint("`depmod -b TREE " + version + "` makes it");
}

}  // namespace

std::string ModuleName(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  name.resize(std::min(name.find(".ko"), name.size()));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

Result<std::string> KernelVersion(const FileTree& rootfs) {
  constexpr std::string_view kPrefix = "vmlinuz-";
  ASSIGN_OR_RETURN(const FileTree::Index boot, rootfs.Find("/boot"));
  std::vector<std::string> versions;
  for (const FileTree::Entry& entry : rootfs.inode(boot).entries) {
    if (!entry.name.starts_with(kPrefix) || !S_ISREG(rootfs.inode(entry.inode).mode)) continue;
    const std::string version = entry.name.substr(kPrefix.size());
    if (ModuleDirectory(rootfs, version).ok()) versions.push_back(version);
  }
  if (versions.empty()) return NotFoundError("no kernel with its modules in /boot");
  if (versions.size() > 1) return UsageError("more than one kernel in /boot: " + versions[0] + ", " + versions[1]);
  return versions[0];
}

Result<ModuleIndex> ModuleIndex::Read(const FileTree& rootfs, const std::string& version) {
  ModuleIndex index;
  ASSIGN_OR_RETURN(index.directory_, ModuleDirectory(rootfs, version));
  const std::string& directory = index.directory_;
  ASSIGN_OR_RETURN(const std::string dependencies, rootfs.ReadFile(directory + "/modules.dep", kMaxIndexSize));
  for (const std::string_view line : SplitWords(dependencies, "\n")) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return CorruptError(directory + "/modules.dep: a line without ':'");
    const std::string path(line.substr(0, colon));
    auto& needs = index.modules_[ModuleName(path)];
    needs.push_back(path);
    for (const std::string_view need : SplitWords(line.substr(colon + 1), " ")) needs.emplace_back(need);
  }
  ASSIGN_OR_RETURN(const std::string builtin, rootfs.ReadFile(directory + "/modules.builtin", kMaxIndexSize));
  for (const std::string_view line : SplitWords(builtin, "\n")) index.builtin_.insert(ModuleName(line));
  return index;
}

std::vector<std::string> ModuleIndex::InLoadOrder(const std::string& name) const {
  const auto found = modules_.find(name);
  if (found == modules_.end()) return {};
  // depmod lists each module before those that it requires, down the whole chain (modprobe loads from the right).
  return {found->second.rbegin(), found->second.rend()};
}

}  // namespace hallmark
