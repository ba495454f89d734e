// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/initramfs.h"

#include <map>
#include <vector>

#include "lib/archive/cpio.h"
#include "lib/archive/filter.h"
#include "lib/base/file.h"
#include "lib/base/sink.h"
#include "lib/rootfs/image/kernel_config.h"
#include "lib/rootfs/image/kernel_modules.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxModuleSize = 256 << 20;  // the largest of Debian's: 5 MiB
constexpr uint64_t kMaxInitSize = 64 << 20;
// A boot can do without the modules of other devices, but not without those of this one: init reports a missing one at
// once.
constexpr std::string_view kRootDisk = "root-disk";
// init reads the list from here: kModuleList of guestd/init/modules.h.
constexpr const char* kModuleList = "/lib/modules/hallmark.list";

struct ChosenModule {
  std::string path;  // below the kernel's directory
  bool required = false;
};

Result<std::vector<ChosenModule>> ChooseModules(const ModuleIndex& index, const InitramfsOptions& options) {
  ASSIGN_OR_RETURN(const auto requirements, KernelRequirements(options.architecture));
  std::vector<ChosenModule> chosen;
  std::map<std::string, size_t> places;
  for (const KernelRequirement& requirement : requirements) {
    if (!requirement.in_initramfs || index.IsBuiltin(requirement.module)) continue;
    const std::vector<std::string> paths = index.InLoadOrder(requirement.module);
    if (paths.empty() && !requirement.optional) {
      return NotFoundError("kernel " + options.kernel_version + " has no module " + requirement.module + ", for " +
                           WhatNeeds(requirement) + ": " + requirement.reason);
    }
    for (const std::string& path : paths) {
      const size_t place = places.try_emplace(path, chosen.size()).first->second;
      if (place == chosen.size()) chosen.push_back({path, false});
      chosen[place].required |= requirement.device == kRootDisk && !requirement.optional;
    }
  }
  return chosen;
}

/// Puts a module into `initramfs`, not compressed, as the kernel loads it; returns its path there.
Result<std::string> PutModule(const FileTree& rootfs, const std::string& directory, const std::string& path,
                              const InitramfsOptions& options, FileTree& initramfs) {
  ASSIGN_OR_RETURN(const std::string stored, rootfs.ReadFile(directory + "/" + path, kMaxModuleSize));
  auto plain = Decompress(AsBytes(stored), kMaxModuleSize).WithContext(path);
  if (!plain.ok()) return std::move(plain).error();
  const std::string target = "/lib/modules/" + options.kernel_version + "/" + path.substr(0, path.rfind(".ko")) + ".ko";
  RETURN_IF_ERROR(initramfs.Put(target, FileTree::RegularFile(std::string(AsText(*plain)), 0644, options.mtime)));
  return target;
}

Result<void> PutModules(const FileTree& rootfs, const InitramfsOptions& options, FileTree& initramfs) {
  ASSIGN_OR_RETURN(const ModuleIndex index, ModuleIndex::Read(rootfs, options.kernel_version));
  ASSIGN_OR_RETURN(const auto modules, ChooseModules(index, options));
  std::string list;
  for (const ChosenModule& module : modules) {
    ASSIGN_OR_RETURN(const std::string target, PutModule(rootfs, index.directory(), module.path, options, initramfs));
    list += (module.required ? "required " : "optional ") + target + "\n";
  }
  RETURN_IF_ERROR(initramfs.Put(kModuleList, FileTree::RegularFile(list, 0644, options.mtime)));
  return {};
}

}  // namespace

Result<ByteVector> MakeInitramfs(const FileTree& rootfs, const InitramfsOptions& options) {
  FileTree initramfs;
  initramfs.inode(FileTree::kRoot).mtime = options.mtime;
  RETURN_IF_ERROR(PutModules(rootfs, options, initramfs));
  ASSIGN_OR_RETURN(const std::string init, ReadSmallFile(options.init, kMaxInitSize));
  RETURN_IF_ERROR(initramfs.Put("/init", FileTree::RegularFile(init, 0755, options.mtime)));
  // The kernel opens the console before init mounts /dev; without this node init's first messages are lost.
  RETURN_IF_ERROR(initramfs.Put("/dev/console", FileTree::Device(S_IFCHR | 0600, 5, 1, options.mtime)));
  for (const char* directory : {"/proc", "/sys", "/run", "/sysroot"}) {
    RETURN_IF_ERROR(initramfs.Put(directory, FileTree::Directory(0755, options.mtime)));
  }
  initramfs.Compact();
  MemorySink archive;
  RETURN_IF_ERROR(WriteCpio(initramfs, archive));
  return Compress(archive.bytes(), Filter::kZstd);
}

}  // namespace hallmark
