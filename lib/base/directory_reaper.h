// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Removes a directory when this object is destroyed or when this process ends, however it ends (kill -9 included): a
/// child process with a session of its own waits for that and removes the directory. Nothing happens if it is gone by
/// then.
class DirectoryReaper {
 public:
  /// `mounts` are unmounted first, lazily. Both are absolute paths in this process's mount namespace.
  static Result<DirectoryReaper> Start(const std::filesystem::path& directory,
                                       const std::vector<std::filesystem::path>& mounts = {});
  DirectoryReaper(DirectoryReaper&&) noexcept = default;
  DirectoryReaper& operator=(DirectoryReaper&&) = delete;
  ~DirectoryReaper();

 private:
  DirectoryReaper(UniqueFd alive, pid_t process) : alive_(std::move(alive)), process_(process) {}
  UniqueFd alive_;  ///< end of a pipe that only this process holds open: the child waits until it closes
  pid_t process_;
};

}  // namespace hallmark
