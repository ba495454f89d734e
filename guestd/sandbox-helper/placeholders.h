// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark::sandbox {

/// What stands where a path must not appear. A mount can cover only what there is, so for the time that a command runs
/// an empty, read-only file or folder is put there, with a time of its own by which it is known again: one that a
/// killed helper left is used by the next one and removed after it.
///
/// All of it holds a shared lock on the session's folder, which the sandbox's first process inherits. The last one to
/// go removes the placeholders: a name that is removed loses the mounts over it, in every namespace.
class Placeholders {
 public:
  /// Waits while another helper removes its own.
  static Result<Placeholders> Create(const std::string& session_home);
  Placeholders(Placeholders&&) noexcept = default;
  Placeholders& operator=(Placeholders&&) = delete;
  ~Placeholders();

  /// What has to be mounted so that a path stays what it is.
  struct Cover {
    std::string path;  ///< to be mounted read-only: the one asked for, or the file above it
    std::vector<std::string>
        folders;  ///< between it and the writable folder: mounted on themselves, they can't be moved
  };
  /// Covers `path`, which lies below `writable`, a folder; makes what is missing of it. kUnsupported if a link is part
  /// of it: a link can't be kept from being replaced.
  Result<Cover> CoverPath(const std::string& path, const std::string& writable, bool folder);

  /// The descriptor that holds the lock.
  [[nodiscard]] int lock_fd() const { return lock_.fd(); }

 private:
  Placeholders(std::string session_home, File lock) : session_home_(std::move(session_home)), lock_(std::move(lock)) {}
  /// Makes `path`, in the folder `parent`, if it is missing; notes it if it is a placeholder or a folder made for one.
  Result<void> Settle(int parent, const std::filesystem::path& path, bool placeholder, bool folder);
  /// False if somebody else was faster.
  Result<bool> Make(int parent, const std::filesystem::path& path, bool placeholder, bool folder);

  std::string session_home_;
  File lock_;
  std::vector<std::string> made_;  // parents before what they hold
};

}  // namespace hallmark::sandbox
