// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Ids and permissions of something in a tree.
struct Ownership {
  uint32_t uid = 0;
  uint32_t gid = 0;
  mode_t mode = 0644;
};

/// A tree on disk that is changed from outside. Paths are absolute in the tree, and symbolic links can't lead out of it
/// (openat2 with RESOLVE_IN_ROOT): "/etc/x" is never the builder's /etc/x. Missing parents are made root:root, 0755.
/// Errors name the path in the tree.
class TreeDirectory {
 public:
  /// Opens the tree at `directory`, a path on the builder. kNotFound if it does not exist.
  static Result<TreeDirectory> Open(const std::filesystem::path& directory);

  /// True if `path` exists. A symbolic link at its end is not followed.
  [[nodiscard]] bool Exists(std::string_view path) const;
  /// True if `path`, links followed, is a directory.
  [[nodiscard]] bool IsDirectory(std::string_view path) const;
  /// Names in a directory, sorted; empty if it does not exist.
  [[nodiscard]] std::vector<std::string> List(std::string_view path) const;
  /// The content of a file of at most 16 MiB, links followed. kNotFound if it does not exist; kCorrupt if it is larger.
  [[nodiscard]] Result<std::string> Read(std::string_view path) const;
  /// The target of a symbolic link; empty if `path` is something else.
  [[nodiscard]] std::string ReadLink(std::string_view path) const;

  /// The file, link or FIFO that these make replaces what is at `path`, a link itself and not its target. A directory
  /// is not replaced: the call fails.
  Result<void> Write(std::string_view path, std::string_view content, const Ownership& owner) const;
  /// Copies only the content: the file's time is now, as for everything that is changed here.
  Result<void> CopyFrom(const File& source, std::string_view path, const Ownership& owner) const;
  /// Makes a new file; `fill` writes its content.
  Result<void> WriteWith(std::string_view path, const Ownership& owner,
                         const std::function<Result<void>(const File&)>& fill) const;
  /// Makes a symbolic link; `target` is stored as it is, and the mode of `owner` is not used.
  Result<void> SymbolicLink(std::string_view path, const std::string& target, const Ownership& owner) const;
  /// Makes a FIFO.
  Result<void> Fifo(std::string_view path, const Ownership& owner) const;

  /// Makes a directory. An existing one gets `owner` too, unless it is reached through a link.
  Result<void> MakeDirectory(std::string_view path, const Ownership& owner) const;
  /// Removes a file or link; no error if there is none.
  Result<void> Remove(std::string_view path) const;

 private:
  explicit TreeDirectory(File root) : root_(std::move(root)) {}
  struct Place {
    UniqueFd parent;
    std::string name;
  };
  [[nodiscard]] Result<Place> Locate(std::string_view path) const;
  Result<File> Create(std::string_view path) const;

  File root_;
};

}  // namespace hallmark
