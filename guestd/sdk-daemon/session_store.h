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
inline constexpr uid_t kLastSessionUid = 59999;  // login.defs(5): above are ids that system tools give out

struct StoredSession {
  std::string name;
  uid_t uid = 0;  ///< the gid is the same
  std::filesystem::path home;
  SessionRecord record;
  std::string trouble;  ///< what of it could not be recovered; "" if nothing
};

/// The sessions on the session disk. Every change is there whole or not at all, whatever interrupts it.
class SessionStore {
 public:
  explicit SessionStore(std::filesystem::path directory) : directory_(std::move(directory)) {}

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  /// Finds the sessions and their users by the homes, and moves what an interruption left half made or half removed to
  /// the trash. A home whose owner is no session's user, or another session's too, is logged and left alone.
  /// kVerification if a directory of the store's own is a link, say: OpenPrivateDirectory().
  Result<std::vector<StoredSession>> Recover();

  /// A new session with a new user and an empty home, mode 0700.
  Result<StoredSession> Create(const std::string& name, const SessionRecord& record);
  /// Writes the record. kUsage if it could not be read again: more directories, say, than one holds.
  [[nodiscard]] Result<void> Save(const StoredSession& session) const;
  /// Takes a session off the disk's list at once. What it held is in the trash: where.
  [[nodiscard]] Result<std::filesystem::path> Remove(const StoredSession& session) const;
  /// Moves what programs keep in a home and make again when they need it, the directory .cache, to the trash, in one
  /// step: whatever runs there can lead nothing elsewhere. No error if there is no such directory.
  [[nodiscard]] Result<void> TakeCache(const std::string& name) const;
  /// Where what was removed waits to be deleted.
  [[nodiscard]] std::filesystem::path trash() const { return directory_ / ".hallmark/trash"; }

 private:
  [[nodiscard]] std::filesystem::path RecordPath(const std::string& name) const;
  [[nodiscard]] Result<void> MakeDirectories() const;
  [[nodiscard]] Result<SessionRecord> ReadRecord(const std::string& name) const;
  /// "NAME" or, if that is taken, "NAME.1" and so on, in the trash.
  [[nodiscard]] std::filesystem::path FreeTrashName(const std::string& name) const;

  std::filesystem::path directory_;
  uid_t highest_uid_ = kFirstSessionUid - 1;  // given out since the daemon started, or on the disk
};

}  // namespace hallmark::guest
