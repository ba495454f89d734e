// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/base/directory_reaper.h"
#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/rootfs/packages/cache.h"

namespace hallmark {

/// The directory in a work directory where the layers of a tree are mounted.
constexpr std::string_view kTreeName = "tree";

/// Scratch space of one build, in the cache's work/. It is removed when the build ends, however it ends. It is locked
/// while it is used: the next build recognises what a power failure left, and removes it. Trees in it belong to the
/// build's namespace: make it after EnterBuildNamespace().
class WorkDirectory {
 public:
  /// Removes the directories that nobody uses, then makes a new one.
  static Result<WorkDirectory> Create(const Cache& cache);
  WorkDirectory(WorkDirectory&&) noexcept = default;
  WorkDirectory& operator=(WorkDirectory&&) = delete;
  ~WorkDirectory() = default;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  WorkDirectory(std::filesystem::path path, File lock, DirectoryReaper reaper)
      : path_(std::move(path)), lock_(std::move(lock)), reaper_(std::move(reaper)) {}
  std::filesystem::path path_;
  File lock_;
  DirectoryReaper reaper_;  // destroyed first: it removes what is locked
};

}  // namespace hallmark
