// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/finish_tree.h"

#include <sys/stat.h>

#include <array>
#include <string>
#include <vector>

#include "lib/rootfs/tree/users.h"

namespace hallmark {
namespace {

constexpr const char* kMachineId = "/etc/machine-id";
constexpr const char* kDbusMachineId = "/var/lib/dbus/machine-id";
constexpr const char* kSshDirectory = "/etc/ssh";
constexpr std::string_view kHostKeyPrefix = "ssh_host_";
constexpr std::array kSeeds = {"/var/lib/systemd/random-seed", "/var/lib/systemd/credential.secret",
                               "/var/lib/urandom/random-seed"};

// Directories that a running system fills: they stay, and their content is removed.
constexpr std::array kEmptied = {"/tmp",           "/var/tmp",       "/run",           "/var/lib/apt/lists",
                                 "/var/cache/apt", "/var/cache/man", "/root/.cache",   "/var/cache/ldconfig",
                                 "/var/backups",   "/var/lib/dhcp",  "/var/spool/mail"};

// Backups that tools keep of the files that they changed.
constexpr std::array kBackups = {"/etc/passwd-",
                                 "/etc/group-",
                                 "/etc/shadow-",
                                 "/etc/gshadow-",
                                 "/etc/subuid-",
                                 "/etc/subgid-",
                                 "/var/lib/dpkg/status-old",
                                 "/var/lib/dpkg/diversions-old",
                                 "/var/lib/dpkg/statoverride-old",
                                 "/var/lib/dpkg/available-old",
                                 "/var/cache/debconf/config.dat-old",
                                 "/var/cache/debconf/templates.dat-old",
                                 "/var/cache/debconf/passwords.dat-old",
                                 "/root/.bash_history",
                                 "/root/.wget-hsts",
                                 "/root/.python_history"};

/// Removes the files below /var/log that are "*.log", "*.gz" or in the journal, and empties the others: some programs
/// write only to logs that exist.
Result<void> RemoveLogs(FileTree& tree) {
  std::vector<std::pair<std::string, FileTree::Index>> logs;
  tree.Walk([&](const std::string& path, FileTree::Index index) {
    if (path.starts_with("/var/log/") && S_ISREG(tree.inode(index).mode)) logs.emplace_back(path, index);
  });
  for (const auto& [path, index] : logs) {
    if (path.ends_with(".log") || path.ends_with(".gz") || path.starts_with("/var/log/journal/")) {
      tree.Remove(path);
      continue;
    }
    // A new inode: another name of the old one may exist elsewhere, and keeps its content.
    FileTree::Inode empty = tree.inode(index);
    empty.SetContent("");
    RETURN_IF_ERROR(tree.Put(path, std::move(empty)));
  }
  return {};
}

/// Drops the record of holes: the image must not depend on the builder's filesystem.
void ForgetHoles(FileTree& tree) {
  tree.Walk([&](const std::string&, FileTree::Index index) { tree.inode(index).sparse = false; });
}

Result<void> AddDeviceNodes(const Recipe& recipe, const UserDatabase& users, Timestamp time, FileTree& tree) {
  using Type = Recipe::Node::Type;
  for (const Recipe::Node& node : recipe.nodes) {
    if (node.type != Type::kCharacterDevice && node.type != Type::kBlockDevice) continue;
    ASSIGN_OR_RETURN(const Ownership owner, users.Resolve(node.owner, node.mode));
    const mode_t type = node.type == Type::kBlockDevice ? S_IFBLK : S_IFCHR;
    FileTree::Inode inode = FileTree::Device(type | node.mode, node.major, node.minor, time);
    inode.uid = owner.uid;
    inode.gid = owner.gid;
    RETURN_IF_ERROR(tree.Put(node.path, std::move(inode)));
  }
  return {};
}

void ClampTimes(FileTree& tree, Timestamp latest) {
  tree.Walk([&](const std::string&, FileTree::Index index) {
    Timestamp& time = tree.inode(index).mtime;
    if (time > latest) time = latest;
  });
}

Error Identity(const std::string& path, std::string_view what) {
  return UsageError("the tree holds " + path + ", " + std::string(what) +
                    ": every machine that runs the image would share it")
      .WithHint("an overlay, a hook or a package placed it: leave it out, the guest makes its own");
}

Result<void> CheckIdentity(const FileTree& tree) {
  if (const auto id = tree.Find(kMachineId); id.ok() && tree.inode(*id).size != 0 && S_ISREG(tree.inode(*id).mode)) {
    return Identity(kMachineId, "which is not empty");
  }
  for (const char* seed : kSeeds) {
    if (tree.Contains(seed)) return Identity(seed, "a random seed");
  }
  const auto directory = tree.Find(kSshDirectory);
  if (!directory.ok()) return {};
  for (const FileTree::Entry& entry : tree.inode(*directory).entries) {
    const bool is_key = entry.name.starts_with(kHostKeyPrefix);
    if (is_key) return Identity(std::string(kSshDirectory) + "/" + entry.name, "a host key");
  }
  return {};
}

}  // namespace

Result<void> RemoveMachineIdentity(const TreeDirectory& tree) {
  // Empty, not absent: systemd fills it in memory if the root is read-only (machine-id(5)).
  RETURN_IF_ERROR(tree.Write(kMachineId, "", {.mode = 0444}));
  if (tree.Exists(kDbusMachineId)) RETURN_IF_ERROR(tree.SymbolicLink(kDbusMachineId, kMachineId, {}));
  for (const char* seed : kSeeds) RETURN_IF_ERROR(tree.Remove(seed));
  for (const std::string& name : tree.List(kSshDirectory)) {
    if (name.starts_with(kHostKeyPrefix)) RETURN_IF_ERROR(tree.Remove(std::string(kSshDirectory) + "/" + name));
  }
  return {};
}

Result<FileTree> FinishTree(const Recipe& recipe, const std::filesystem::path& directory, uint64_t source_date_epoch,
                            ThreadPool& pool) {
  const Timestamp latest{.seconds = static_cast<int64_t>(source_date_epoch)};
  ASSIGN_OR_RETURN(const TreeDirectory on_disk, TreeDirectory::Open(directory));
  ASSIGN_OR_RETURN(const UserDatabase users, UserDatabase::Load(on_disk));
  ASSIGN_OR_RETURN(FileTree tree, FileTree::Scan(directory, pool));
  for (const char* path : kEmptied) tree.Clear(path);
  for (const char* path : kBackups) tree.Remove(path);
  RETURN_IF_ERROR(RemoveLogs(tree));
  ForgetHoles(tree);
  RETURN_IF_ERROR(AddDeviceNodes(recipe, users, latest, tree));
  ClampTimes(tree, latest);
  RETURN_IF_ERROR(CheckIdentity(tree));
  tree.Compact();
  return tree;
}

}  // namespace hallmark
