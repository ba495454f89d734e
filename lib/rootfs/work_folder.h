// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/base/file.h"
#include "lib/base/folder_reaper.h"
#include "lib/base/result.h"
#include "lib/rootfs/cache.h"

namespace hallmark {

/// Where in a work folder the layers of a tree are mounted.
constexpr std::string_view kTreeName = "tree";

/// Scratch space of one build, in the cache's work/, which goes away with the build however that ends. Locked as long as
/// it is used, so that what a power failure left is told apart and swept by the next one. Trees in it belong to the
/// build's namespace: make it after EnterBuildNamespace().
class WorkFolder {
 public:
  /// Sweeps what nobody uses, then makes a new folder.
  static Result<WorkFolder> Create(const Cache& cache);
  WorkFolder(WorkFolder&&) noexcept = default;
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() = default;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  WorkFolder(std::filesystem::path path, File lock, FolderReaper reaper)
      : path_(std::move(path)), lock_(std::move(lock)), reaper_(std::move(reaper)) {}
  std::filesystem::path path_;
  File lock_;
  FolderReaper reaper_;  // the first to go: it removes what is locked
};

}  // namespace hallmark
