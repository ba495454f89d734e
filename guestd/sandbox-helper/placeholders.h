// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "guestd/sandbox-helper/protected_paths.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark::sandbox {

/// Keeps paths from appearing. A mount can cover only what exists, so while a command runs, a read-only file or
/// directory is put at such a path. Its modification time marks it as a placeholder: one that a killed helper left
/// behind is used by the next helper and removed after it.
///
/// Every helper of a session holds a shared lock on kLockName in the session's directory, and the first process in its
/// sandbox inherits the lock. The lock is a file and not the directory: the command can open what that process holds
/// (/proc/1/fd), and a directory would lead it out of the sandbox. The last helper to end removes the placeholders:
/// removing a name removes the mounts over it in every namespace.
class Placeholders {
 public:
  /// Takes the lock. Waits while another helper removes its placeholders.
  static Result<Placeholders> Create(const std::string& session_home);
  Placeholders(Placeholders&&) noexcept = default;
  Placeholders& operator=(Placeholders&&) = delete;
  ~Placeholders();

  /// The mounts that keep a path as it is.
  struct Cover {
    std::string path;  ///< to be mounted read-only: the path asked for, or the file above it
    /// The directories between it and `writable`. They are mounted on themselves, so that they can't be moved.
    std::vector<std::string> directories;
  };
  /// Covers a path below the directory `writable`, and makes what is missing of it. If a directory on the way can't
  /// take new names, covers that directory instead. kUnsupported if a link is part of the path: nothing keeps a link
  /// from being replaced.
  Result<Cover> CoverPath(const ProtectedPath& path, const std::string& writable);

  /// The descriptor that holds the lock.
  [[nodiscard]] int lock_fd() const { return lock_.fd(); }

 private:
  /// What must exist at a path.
  struct Wanted {
    std::filesystem::path path;
    bool placeholder = false;  ///< false: a directory on the way to a placeholder
    bool directory = false;
    std::string_view content;
  };
  enum class Made { kYes, kThereAlready, kRefused };

  Placeholders(std::string session_home, File lock) : session_home_(std::move(session_home)), lock_(std::move(lock)) {}
  /// Makes it in the directory `parent` if it is missing. False if that directory can't take new names.
  Result<bool> Settle(int parent, const Wanted& wanted);
  Result<Made> Make(int parent, const Wanted& wanted);

  std::string session_home_;
  File lock_;
  std::vector<std::string> settled_;  // possible placeholders, parents before their children
};

}  // namespace hallmark::sandbox
