// SPDX-License-Identifier: Apache-2.0
#include "lib/base/file_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "lib/base/file.h"
#include "lib/base/handle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

using Entries = std::vector<FileTree::Entry>;

constexpr FileTree::Index kNoInode = std::numeric_limits<FileTree::Index>::max();

Entries::const_iterator LowerBound(const Entries& entries, std::string_view name) {
  return std::lower_bound(entries.begin(), entries.end(), name,
                          [](const FileTree::Entry& e, std::string_view n) { return e.name < n; });
}

/// Splits "/a/b" into "a" and "b"; empty parts are skipped.
std::vector<std::string_view> Components(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

Result<std::vector<Xattr>> ReadXattrs(const std::string& path) {
  std::vector<Xattr> xattrs;
  char names[64 << 10];  // XATTR_LIST_MAX
  char value[64 << 10];  // XATTR_SIZE_MAX
  const ssize_t length = llistxattr(path.c_str(), names, sizeof names);
  if (length < 0) return errno == ENOTSUP ? Result(xattrs) : ErrnoError(errno, "extended attributes of " + path);
  for (const char* name = names; name < names + length; name += std::strlen(name) + 1) {
    const ssize_t size = lgetxattr(path.c_str(), name, value, sizeof value);
    if (size < 0) return ErrnoError(errno, std::string("extended attribute ") + name + " of " + path);
    xattrs.push_back({name, std::string(value, static_cast<size_t>(size))});
  }
  std::sort(xattrs.begin(), xattrs.end());
  return xattrs;
}

/// Reads the metadata of one file, without the entries of a directory.
Result<FileTree::Inode> ReadInode(const std::string& path, const struct stat& status) {
  FileTree::Inode inode;
  inode.mode = status.st_mode;
  inode.uid = status.st_uid;
  inode.gid = status.st_gid;
  inode.source_device = status.st_dev;
  inode.source_number = status.st_ino;
  inode.mtime = {status.st_mtim.tv_sec, static_cast<uint32_t>(status.st_mtim.tv_nsec)};
  if (S_ISREG(status.st_mode)) {
    inode.size = static_cast<uint64_t>(status.st_size);
    inode.sparse = AllocatedBytes(status) < inode.size;
    inode.source = path;
  } else if (S_ISLNK(status.st_mode)) {
    char target[PATH_MAX];
    const ssize_t length = readlink(path.c_str(), target, sizeof target);
    if (length < 0) return ErrnoError(errno, path);
    inode.data.assign(target, static_cast<size_t>(length));
    inode.size = inode.data.size();
  } else if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
    inode.device_major = major(status.st_rdev);
    inode.device_minor = minor(status.st_rdev);
  }
  ASSIGN_OR_RETURN(inode.xattrs, ReadXattrs(path));
  return inode;
}

Result<std::vector<std::string>> SortedNames(const std::string& directory) {
  // O_NOFOLLOW: a link that replaced the directory meanwhile is not followed.
  UniqueFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) return ErrnoError(errno, directory);
  const std::unique_ptr<DIR, Deleter<closedir>> handle(fdopendir(fd.get()));
  if (handle == nullptr) return ErrnoError(errno, directory);
  fd.Release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(handle.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return ErrnoError(errno, directory);
  std::sort(names.begin(), names.end());
  return names;
}

/// One file that a scan found.
struct FoundEntry {
  FileTree::Index parent;
  std::string name;
  std::string path;
  FileTree::Inode inode;
  bool has_other_names = false;  // hard links
};

struct FoundDirectory {
  FileTree::Index index;
  std::string path;
};

/// All entries of `directories`, in the order of the directories, and sorted by name in each.
Result<std::vector<FoundEntry>> FindEntries(const std::vector<FoundDirectory>& directories, ThreadPool& pool) {
  std::vector<std::vector<std::string>> names(directories.size());
  RETURN_IF_ERROR(ParallelFor(pool, directories.size(), [&](size_t i) -> Result<void> {
    ASSIGN_OR_RETURN(names[i], SortedNames(directories[i].path));
    return {};
  }));
  size_t count = 0;
  for (const std::vector<std::string>& in_directory : names) count += in_directory.size();
  std::vector<FoundEntry> entries;
  entries.reserve(count);
  for (size_t i = 0; i < directories.size(); ++i) {
    const std::string prefix = directories[i].path == "/" ? "/" : directories[i].path + "/";
    for (std::string& name : names[i]) {
      std::string path = prefix + name;
      entries.push_back({.parent = directories[i].index, .name = std::move(name), .path = std::move(path)});
    }
  }
  RETURN_IF_ERROR(ParallelFor(pool, entries.size(), [&](size_t i) -> Result<void> {
    FoundEntry& entry = entries[i];
    struct stat status;
    if (lstat(entry.path.c_str(), &status) != 0) return ErrnoError(errno, entry.path);
    ASSIGN_OR_RETURN(entry.inode, ReadInode(entry.path, status));
    entry.has_other_names = status.st_nlink > 1 && !S_ISDIR(status.st_mode);
    return {};
  }));
  return entries;
}

}  // namespace

void FileTree::Inode::SetContent(std::string content) {
  source.clear();
  sparse = false;
  size = content.size();
  data = std::move(content);
}

Result<File> FileTree::Inode::OpenSource() const {
  // O_NONBLOCK: if a FIFO replaced the file meanwhile, do not wait for its other end.
  ASSIGN_OR_RETURN(File file, File::Open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  ASSIGN_OR_RETURN(const struct stat status, file.Stat());
  if (!S_ISREG(status.st_mode) || status.st_dev != source_device || status.st_ino != source_number ||
      static_cast<uint64_t>(status.st_size) != size) {
    return CorruptError(source + ": is not the file any more that it was when the tree was read")
        .WithHint("files must not change while they are read");
  }
  return file;
}

Result<std::string> FileTree::Inode::ReadContent(uint64_t limit) const {
  if (source.empty()) return data;
  ASSIGN_OR_RETURN(const File file, OpenSource());
  return ReadSmallFile(file, limit);
}

FileTree::FileTree() : inodes_(1, Directory(0755, {})) { inodes_[kRoot].link_count = 2; }

Result<FileTree> FileTree::Scan(const std::filesystem::path& directory, ThreadPool& pool) {
  struct stat status;
  if (stat(directory.c_str(), &status) != 0) return ErrnoError(errno, directory.string());
  if (!S_ISDIR(status.st_mode)) return UsageError(directory.string() + ": not a directory");
  // Links in the caller's path are followed; links inside the directory are files of the tree.
  std::error_code error;
  const std::string root =
      fs::is_symlink(directory, error) ? fs::canonical(directory, error).string() : directory.string();
  if (error) return ErrnoError(error.value(), directory.string());
  FileTree tree;
  ASSIGN_OR_RETURN(tree.inodes_[kRoot], ReadInode(root, status));
  std::map<std::pair<dev_t, ino_t>, Index> linked;
  // One level of directories after the other.
  for (std::vector<FoundDirectory> level = {{kRoot, root}}; !level.empty();) {
    ASSIGN_OR_RETURN(std::vector<FoundEntry> entries, FindEntries(level, pool));
    level.clear();
    for (FoundEntry& entry : entries) {
      auto index = static_cast<Index>(tree.inodes_.size());
      if (entry.has_other_names) {
        index = linked.try_emplace({entry.inode.source_device, entry.inode.source_number}, index).first->second;
      }
      if (S_ISDIR(entry.inode.mode)) level.push_back({index, entry.path});
      tree.inodes_[entry.parent].entries.push_back({std::move(entry.name), index});
      if (index == tree.inodes_.size()) tree.inodes_.push_back(std::move(entry.inode));
    }
  }
  tree.Compact();
  return tree;
}

Result<FileTree::Index> FileTree::Find(std::string_view path) const {
  Index index = kRoot;
  for (const std::string_view name : Components(path)) {
    const Entries& entries = inodes_[index].entries;
    const auto entry = LowerBound(entries, name);
    if (entry == entries.end() || entry->name != name) return NotFoundError(std::string(path) + ": not in the tree");
    index = entry->inode;
  }
  return index;
}

Result<std::string> FileTree::ReadFile(std::string_view path, uint64_t limit) const {
  ASSIGN_OR_RETURN(const Index index, Find(path));
  const Inode& file = inode(index);
  if (!S_ISREG(file.mode)) return CorruptError(std::string(path) + ": not a regular file");
  if (file.size > limit) return CorruptError(std::string(path) + ": larger than " + std::to_string(limit) + " bytes");
  return file.ReadContent(limit);
}

Result<FileTree::Index> FileTree::Put(std::string_view path, Inode inode) {
  const std::vector<std::string_view> parts = Components(path);
  Index parent = kRoot;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!S_ISDIR(inodes_[parent].mode)) {
      return UsageError(std::string(path) + ": a parent of it is not a directory in the tree");
    }
    const bool last = i + 1 == parts.size();
    const auto at = LowerBound(inodes_[parent].entries, parts[i]);
    const auto position = at - inodes_[parent].entries.begin();
    const bool exists = at != inodes_[parent].entries.end() && at->name == parts[i];
    if (exists && !last) {
      parent = at->inode;
      continue;
    }
    if (exists && S_ISDIR(inode.mode) && S_ISDIR(inodes_[at->inode].mode)) {
      inode.entries = std::move(inodes_[at->inode].entries);
      inodes_[at->inode] = std::move(inode);
      return inodes_[parent].entries[static_cast<size_t>(position)].inode;
    }
    const auto added = static_cast<Index>(inodes_.size());
    inodes_.push_back(last ? std::exchange(inode, {}) : Directory(0755, inode.mtime));
    Entries& entries = inodes_[parent].entries;
    if (exists) {
      entries[static_cast<size_t>(position)].inode = added;
    } else {
      entries.insert(entries.begin() + position, {std::string(parts[i]), added});
    }
    parent = added;
  }
  if (parts.empty()) {
    if (!S_ISDIR(inode.mode)) return UsageError("the root of a tree must be a directory");
    inode.entries = std::move(inodes_[kRoot].entries);
    inodes_[kRoot] = std::move(inode);
  }
  return parent;
}

Result<void> FileTree::Link(std::string_view path, Index target) {
  if (S_ISDIR(inodes_[target].mode)) return UsageError(std::string(path) + ": a directory can't have a second name");
  // Put() makes an inode, and the entry is then pointed at `target` instead; Compact() drops that inode.
  ASSIGN_OR_RETURN(const Index placed, Put(path, Inode{.mode = S_IFREG, .mtime = inodes_[target].mtime}));
  const std::string_view parent_path = path.substr(0, path.rfind('/'));
  ASSIGN_OR_RETURN(const Index parent, Find(parent_path));
  for (Entry& entry : inodes_[parent].entries) {
    if (entry.inode == placed) entry.inode = target;
  }
  return {};
}

void FileTree::Remove(std::string_view path) {
  const size_t slash = path.rfind('/');
  const Result<Index> parent = Find(path.substr(0, slash));
  if (!parent.ok()) return;
  Entries& entries = inodes_[*parent].entries;
  const auto entry = LowerBound(entries, path.substr(slash + 1));
  if (entry != entries.end() && entry->name == path.substr(slash + 1)) entries.erase(entry);
}

void FileTree::Clear(std::string_view path) {
  if (const Result<Index> index = Find(path); index.ok()) inodes_[*index].entries.clear();
}

void FileTree::Walk(const std::function<void(const std::string&, Index)>& visit) const {
  const std::function<void(const std::string&, Index)> walk = [&](const std::string& path, Index index) {
    visit(path, index);
    const std::string prefix = path == "/" ? path : path + "/";
    for (const Entry& entry : inodes_[index].entries) walk(prefix + entry.name, entry.inode);
  };
  walk("/", kRoot);
}

void FileTree::Compact() {
  std::vector<Index> renumbered(inodes_.size(), kNoInode);
  std::vector<Index> order;
  std::vector<uint32_t> names(inodes_.size());
  Walk([&](const std::string&, Index index) {
    if (names[index]++ > 0) return;
    renumbered[index] = static_cast<Index>(order.size());
    order.push_back(index);
  });
  std::vector<Inode> ordered;
  ordered.reserve(order.size());
  for (const Index index : order) {
    ordered.push_back(std::move(inodes_[index]));
    ordered.back().link_count = names[index];
  }
  for (Inode& inode : ordered) {
    if (!S_ISDIR(inode.mode)) continue;
    inode.link_count = 2;
    for (Entry& entry : inode.entries) {
      entry.inode = renumbered[entry.inode];
      if (S_ISDIR(ordered[entry.inode].mode)) ++inode.link_count;
    }
  }
  inodes_ = std::move(ordered);
}

FileTree::Inode FileTree::RegularFile(std::string content, mode_t permissions, Timestamp mtime) {
  Inode inode{.mode = S_IFREG | permissions, .mtime = mtime, .size = content.size(), .link_count = 1};
  inode.data = std::move(content);
  return inode;
}

FileTree::Inode FileTree::Directory(mode_t permissions, Timestamp mtime) {
  return {.mode = S_IFDIR | permissions, .mtime = mtime, .link_count = 2};
}

FileTree::Inode FileTree::SymbolicLink(std::string target, Timestamp mtime) {
  Inode inode{.mode = S_IFLNK | 0777, .mtime = mtime, .size = target.size(), .link_count = 1};
  inode.data = std::move(target);
  return inode;
}

FileTree::Inode FileTree::Device(mode_t type_and_permissions, uint32_t major_number, uint32_t minor_number,
                                 Timestamp mtime) {
  return {.mode = type_and_permissions,
          .mtime = mtime,
          .link_count = 1,
          .device_major = major_number,
          .device_minor = minor_number};
}

}  // namespace hallmark
