// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "guestd/sandbox-helper/protected_paths.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark::sandbox {

/// What stands where a path must not appear. A mount can cover only what there is, so for the time that a command runs
/// a read-only file or directory is put there, with a time of its own by which it is known again: one that a killed
/// helper left is used by the next one and removed after it.
///
/// All of it holds a shared lock on kLockName in the session's directory, which the sandbox's first process inherits.
/// It is a file and not the directory: what that process holds, the command can open (/proc/1/fd), and a directory
/// would lead it out. The last one to go removes the placeholders: a name that is removed loses the mounts over it, in
/// every namespace.
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
        directories;  ///< between it and the writable directory: mounted on themselves, they can't be moved
  };
  /// Covers a path that lies below `writable`, a directory; makes what is missing of it. Where a directory on the way
  /// takes no new names, that directory is covered. kUnsupported if a link is part of it: a link can't be kept from
  /// being replaced.
  Result<Cover> CoverPath(const ProtectedPath& path, const std::string& writable);

  /// The descriptor that holds the lock.
  [[nodiscard]] int lock_fd() const { return lock_.fd(); }

 private:
  /// What has to stand at a path.
  struct Wanted {
    std::filesystem::path path;
    bool placeholder = false;  ///< false: a directory on the way to one
    bool directory = false;
    std::string_view content;
  };
  enum class Made { kYes, kThereAlready, kRefused };

  Placeholders(std::string session_home, File lock) : session_home_(std::move(session_home)), lock_(std::move(lock)) {}
  /// Makes it, in the directory `parent`, if it is missing. False if that takes no new names.
  Result<bool> Settle(int parent, const Wanted& wanted);
  Result<Made> Make(int parent, const Wanted& wanted);

  std::string session_home_;
  File lock_;
  std::vector<std::string> settled_;  // what may be a placeholder; parents before what they hold
};

}  // namespace hallmark::sandbox
