// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "guestd/sdk-daemon/session_record.h"
#include "lib/base/result.h"

namespace hallmark::guest {

inline constexpr uid_t kFirstSessionUid = 1001;
inline constexpr uid_t kLastSessionUid = 59999;  // login.defs(5): system tools give out the ids above

struct StoredSession {
  std::string name;
  uid_t uid = 0;  ///< the gid is the same
  std::filesystem::path home;
  SessionRecord record;
  std::string trouble;  ///< what of it could not be recovered; empty if nothing
};

/// The sessions on the session disk. Every change takes effect completely or not at all, whatever interrupts it.
class SessionStore {
 public:
  explicit SessionStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  /// Finds the sessions and their users by the homes. Moves to the trash what an interruption left half made or half
  /// removed. A home whose owner is not a session's user, or is the user of another session too, is logged and left
  /// alone. kVerification if a directory of the store is not ours, for example a link: see OpenPrivateDirectory().
  Result<std::vector<StoredSession>> Recover();

  /// Makes a session with a new user and an empty home, mode 0700.
  Result<StoredSession> Create(const std::string& name, const SessionRecord& record);
  /// Writes the record. kUsage if it could not be read back, for example because it has too many directories.
  [[nodiscard]] Result<void> Save(const StoredSession& session) const;
  /// Removes a session from the disk's list at once. Returns the path in the trash where its content waits to be
  /// deleted.
  [[nodiscard]] Result<std::filesystem::path> Remove(const StoredSession& session) const;
  /// Moves the directory .cache of a home, which programs make again when they need it, to the trash in one step, so
  /// that a running program can't lead it elsewhere. No error if there is no such directory.
  [[nodiscard]] Result<void> TakeCache(const std::string& name) const;
  /// Where removed files wait to be deleted.
  [[nodiscard]] std::filesystem::path trash() const { return directory_ / ".hallmark/trash"; }

 private:
  [[nodiscard]] std::filesystem::path RecordPath(const std::string& name) const;
  [[nodiscard]] Result<void> MakeDirectories() const;
  [[nodiscard]] Result<SessionRecord> ReadRecord(const std::string& name) const;
  /// The path in the trash of "NAME" or, if that is taken, "NAME.1" and so on.
  [[nodiscard]] std::filesystem::path FreeTrashName(const std::string& name) const;

  std::filesystem::path directory_;
  uid_t highest_uid_ = kFirstSessionUid - 1;  // of all given out since the daemon started, or found on the disk
};

}  // namespace hallmark::guest
