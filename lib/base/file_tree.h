// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"

namespace hallmark {

struct Timestamp {
  int64_t seconds = 0;  ///< since 1970-01-01 00:00:00 UTC
  uint32_t nanoseconds = 0;
  auto operator<=>(const Timestamp&) const = default;
};

struct Xattr {
  std::string name;   ///< with its prefix: "security.capability"
  std::string value;  ///< as lgetxattr gives it
  auto operator<=>(const Xattr&) const = default;
};

/// A directory of files as a filesystem writer takes it: metadata in memory, file contents on disk. It also holds what
/// an unprivileged user can't create on disk: device nodes, files of other owners.
class FileTree {
 public:
  using Index = uint32_t;
  static constexpr Index kRoot = 0;

  struct Entry {
    std::string name;
    Index inode = 0;
  };

  /// One file of any type. Several entries may name one inode (hard links); a directory has exactly one.
  struct Inode {
    mode_t mode = 0;  ///< type and permissions, as in struct stat
    uint32_t uid = 0;
    uint32_t gid = 0;
    Timestamp mtime;
    uint64_t size = 0;        ///< bytes; regular files and symbolic links
    uint32_t link_count = 0;  ///< entries that name this inode; for a directory, 2 plus its subdirectories
    uint32_t device_major = 0;
    uint32_t device_minor = 0;
    dev_t source_device = 0;     ///< which file it is on disk, as a scan found it
    ino_t source_number = 0;     ///< its inode number there
    std::string source;          ///< regular file: where its content is on disk; empty: `data` is the content
    bool sparse = false;         ///< regular file with a source: its holes stay holes
    std::string data;            ///< symbolic link: its target; regular file without source: its content
    std::vector<Xattr> xattrs;   ///< sorted by name
    std::vector<Entry> entries;  ///< directory: sorted by name, bytewise; without "." and ".."

    /// Makes `content` the content of a regular file; the old content is dropped.
    void SetContent(std::string content);
    /// Opens the source of a regular file. kCorrupt unless it is still the file that a scan found, with the same size.
    [[nodiscard]] Result<File> OpenSource() const;
    /// The content of a small regular file. As OpenSource(), and kCorrupt if the source is larger than `limit` bytes.
    [[nodiscard]] Result<std::string> ReadContent(uint64_t limit) const;
  };

  /// A tree that holds an empty root directory, root:root, 0755.
  FileTree();

  /// All files below `directory`, on its filesystem and on those mounted in it. Sockets, FIFOs and devices are kept as
  /// such. Ids and file capabilities are those that the caller's user namespace sees.
  static Result<FileTree> Scan(const std::filesystem::path& directory, ThreadPool& pool);

  [[nodiscard]] const Inode& inode(Index index) const { return inodes_[index]; }
  [[nodiscard]] Inode& inode(Index index) { return inodes_[index]; }
  [[nodiscard]] const std::vector<Inode>& inodes() const { return inodes_; }

  /// The inode at an absolute path of the tree ("/etc/passwd"); symbolic links are not followed. kNotFound if none
  /// exists.
  [[nodiscard]] Result<Index> Find(std::string_view path) const;
  [[nodiscard]] bool Contains(std::string_view path) const { return Find(path).ok(); }
  /// The content of the regular file at `path`. kNotFound if none exists; kCorrupt if `path` is not a regular file or
  /// is larger than `limit` bytes.
  [[nodiscard]] Result<std::string> ReadFile(std::string_view path, uint64_t limit) const;

  /// Puts `inode` at an absolute path and replaces what was there; a directory that replaces a directory keeps its
  /// entries. Missing parents are made root:root, 0755, with the inode's mtime. kUsage if a parent is not a directory.
  Result<Index> Put(std::string_view path, Inode inode);
  /// Adds `path` as another name of the inode `target`, which is not a directory (kUsage).
  Result<void> Link(std::string_view path, Index target);
  /// Removes an entry and all below it; no error if it does not exist. Compact() drops inodes without a name.
  void Remove(std::string_view path);
  /// Removes all entries of a directory, but not the directory.
  void Clear(std::string_view path);

  /// Calls `visit(path, inode index)` for each entry in depth-first order of names, the root first as "/". A
  /// hard-linked inode comes once for each of its names.
  void Walk(const std::function<void(const std::string& path, Index inode)>& visit) const;

  /// Renumbers the inodes in the order of Walk, drops those without a name and sets every link_count.
  void Compact();

  /// Make an inode for Put(). `permissions` are the mode without the type; Device() also takes S_IFCHR or S_IFBLK.
  static Inode RegularFile(std::string content, mode_t permissions, Timestamp mtime);
  static Inode Directory(mode_t permissions, Timestamp mtime);
  static Inode SymbolicLink(std::string target, Timestamp mtime);
  static Inode Device(mode_t type_and_permissions, uint32_t major, uint32_t minor, Timestamp mtime);

 private:
  std::vector<Inode> inodes_;
};

}  // namespace hallmark
