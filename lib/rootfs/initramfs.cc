// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/initramfs.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <vector>

#include "lib/archive/cpio.h"
#include "lib/archive/filter.h"
#include "lib/base/file.h"
#include "lib/base/sink.h"
#include "lib/rootfs/guest_modules.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxIndexSize = 16 << 20;    // modules.dep of Debian's kernels: 0.5 MiB
constexpr uint64_t kMaxModuleSize = 256 << 20;  // the largest of Debian's: 5 MiB
constexpr uint64_t kMaxInitSize = 64 << 20;
// Where init looks: kModuleList of guestd/init/modules.h.
constexpr const char* kModuleList = "/lib/modules/hallmark.list";

/// "kernel/fs/ext4/dm-verity.ko.xz" as "dm_verity": the kernel's own form of a module's name.
std::string ModuleName(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  name.resize(std::min(name.find(".ko"), name.size()));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<std::string_view> Split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Result<std::string> ReadContent(const FileTree& tree, const std::string& path, uint64_t limit) {
  ASSIGN_OR_RETURN(const FileTree::Index index, tree.Find(path));
  const FileTree::Inode& inode = tree.inode(index);
  if (!S_ISREG(inode.mode)) return CorruptError(path + ": not a regular file");
  if (inode.size > limit) return CorruptError(path + ": larger than " + std::to_string(limit) + " bytes");
  if (inode.source.empty()) return inode.data;
  return ReadSmallFile(inode.source, limit);
}

/// The folder of a kernel's modules; a tree that is not yet merged has it in /lib.
Result<std::string> ModuleFolder(const FileTree& tree, const std::string& version) {
  for (const char* parent : {"/usr/lib/modules/", "/lib/modules/"}) {
    if (tree.Contains(parent + version + "/modules.dep")) return parent + version;
  }
  return Error(NotFoundError("no modules.dep of kernel " + version))
      .WithHint("`depmod -b TREE " + version + "` makes it");
}

/// What depmod found out about a kernel's modules.
class ModuleIndex {
 public:
  static Result<ModuleIndex> Read(const FileTree& tree, const std::string& folder) {
    ModuleIndex index;
    ASSIGN_OR_RETURN(const std::string dependencies, ReadContent(tree, folder + "/modules.dep", kMaxIndexSize));
    for (const std::string_view line : Split(dependencies, "\n")) {
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos) return CorruptError(folder + "/modules.dep: a line without ':'");
      const std::string path(line.substr(0, colon));
      auto& needs = index.modules_[ModuleName(path)];
      needs.push_back(path);
      for (const std::string_view need : Split(line.substr(colon + 1), " ")) needs.emplace_back(need);
    }
    ASSIGN_OR_RETURN(const std::string builtin, ReadContent(tree, folder + "/modules.builtin", kMaxIndexSize));
    for (const std::string_view line : Split(builtin, "\n")) index.builtin_.insert(ModuleName(line));
    return index;
  }

  /// A module's path and those of all that it needs, in the order to load; empty if it is not a module of this kernel.
  [[nodiscard]] std::vector<std::string> InLoadOrder(const std::string& name) const {
    const auto found = modules_.find(name);
    if (found == modules_.end()) return {};
    // depmod writes each module before what it needs, to the end of the chain (modprobe loads from the right).
    return {found->second.rbegin(), found->second.rend()};
  }
  [[nodiscard]] bool IsBuiltin(const std::string& name) const { return builtin_.contains(name); }

 private:
  std::map<std::string, std::vector<std::string>> modules_;
  std::set<std::string> builtin_;
};

struct ChosenModule {
  std::string path;  // below the kernel's folder
  bool required = false;
};

Result<std::vector<ChosenModule>> ChooseModules(const ModuleIndex& index, const std::string& version) {
  std::vector<ChosenModule> chosen;
  std::map<std::string, size_t> places;
  for (const GuestModule& module : GuestModules()) {
    const std::string name = ModuleName(module.name);
    if (index.IsBuiltin(name)) continue;
    const std::vector<std::string> paths = index.InLoadOrder(name);
    if (paths.empty() && module.required) {
      return NotFoundError("kernel " + version + " has no " + name + ", which is for " + std::string(module.reason));
    }
    for (const std::string& path : paths) {
      const size_t place = places.try_emplace(path, chosen.size()).first->second;
      if (place == chosen.size()) chosen.push_back({path, false});
      chosen[place].required |= module.required;
    }
  }
  return chosen;
}

/// Puts a module into `initramfs` as the kernel loads it, not compressed; its path there.
Result<std::string> PutModule(const FileTree& rootfs, const std::string& folder, const std::string& path,
                              const InitramfsOptions& options, FileTree& initramfs) {
  ASSIGN_OR_RETURN(const std::string stored, ReadContent(rootfs, folder + "/" + path, kMaxModuleSize));
  auto plain = Decompress(AsBytes(stored), kMaxModuleSize).WithContext(path);
  if (!plain.ok()) return std::move(plain).error();
  const std::string target = "/lib/modules/" + options.kernel_version + "/" + path.substr(0, path.rfind(".ko")) + ".ko";
  RETURN_IF_ERROR(initramfs.Put(target, FileTree::RegularFile(std::string(AsText(*plain)), 0644, options.mtime)));
  return target;
}

Result<void> PutModules(const FileTree& rootfs, const InitramfsOptions& options, FileTree& initramfs) {
  ASSIGN_OR_RETURN(const std::string folder, ModuleFolder(rootfs, options.kernel_version));
  ASSIGN_OR_RETURN(const ModuleIndex index, ModuleIndex::Read(rootfs, folder));
  ASSIGN_OR_RETURN(const auto modules, ChooseModules(index, options.kernel_version));
  std::string list;
  for (const ChosenModule& module : modules) {
    ASSIGN_OR_RETURN(const std::string target, PutModule(rootfs, folder, module.path, options, initramfs));
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
  // The kernel opens the console before init mounts /dev; without the node init's first words are lost.
  RETURN_IF_ERROR(initramfs.Put("/dev/console", FileTree::Device(S_IFCHR | 0600, 5, 1, options.mtime)));
  for (const char* folder : {"/proc", "/sys", "/run", "/sysroot"}) {
    RETURN_IF_ERROR(initramfs.Put(folder, FileTree::Folder(0755, options.mtime)));
  }
  initramfs.Compact();
  MemorySink archive;
  RETURN_IF_ERROR(WriteCpio(initramfs, archive));
  return Compress(archive.bytes(), Filter::kZstd);
}

Result<std::string> KernelVersion(const FileTree& rootfs) {
  constexpr std::string_view kPrefix = "vmlinuz-";
  ASSIGN_OR_RETURN(const FileTree::Index boot, rootfs.Find("/boot"));
  std::vector<std::string> versions;
  for (const FileTree::Entry& entry : rootfs.inode(boot).entries) {
    if (!entry.name.starts_with(kPrefix) || !S_ISREG(rootfs.inode(entry.inode).mode)) continue;
    const std::string version = entry.name.substr(kPrefix.size());
    if (ModuleFolder(rootfs, version).ok()) versions.push_back(version);
  }
  if (versions.empty()) return NotFoundError("no kernel with its modules in /boot");
  if (versions.size() > 1) return UsageError("more than one kernel in /boot: " + versions[0] + ", " + versions[1]);
  return versions[0];
}

Result<fs::path> GuestProgram(std::string_view architecture, std::string_view name) {
  const fs::path program = fs::path(architecture) / name;
  std::vector<fs::path> candidates;
  if (const char* own = std::getenv("HALLMARK_GUEST"); own != nullptr && *own != '\0') {
    candidates = {own / program};
  } else {
    std::error_code error;
    const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
    if (error) return IoError("/proc/self/exe: " + error.message());
    // Installed: $prefix/bin/hallmark. In a build: build/PRESET/tools/hallmark/hallmark.
    candidates = {folder.parent_path() / "libexec/hallmark/guest" / program,
                  folder.parent_path().parent_path() / "guest" / program};
  }
  for (const fs::path& candidate : candidates) {
    std::error_code error;
    if (fs::is_regular_file(candidate, error)) return candidate;
  }
  return Error(NotFoundError(candidates.front().string() + ": no such program for the guest"))
      .WithHint("HALLMARK_GUEST names the folder that holds " + program.string());
}

}  // namespace hallmark
