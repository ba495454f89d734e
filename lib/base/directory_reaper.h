// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Removes a directory when this object is destroyed or this process ends, whatever ends it, kill -9 included: a
/// process with a session of its own waits for that. Nothing happens if the directory is gone by then.
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
  UniqueFd alive_;  ///< a pipe's end that only this process holds: its closing is what the other waits for
  pid_t process_;
};

}  // namespace hallmark
