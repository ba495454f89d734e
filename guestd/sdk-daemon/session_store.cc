// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>

#include "guestd/common/log.h"
#include "guestd/common/private_directory.h"
#include "guestd/sdk-daemon/session_name.h"
#include "lib/base/file.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

/// Turns a full session disk into an error that says so: the host can free space on it.
Result<void> TellFullDisk(Result<void> result) {
  if (result.ok() || !result.error().message.ends_with(std::generic_category().message(ENOSPC))) return result;
  return NoSpaceError(result.error().message)
      .WithHint("delete a session that is not needed any more, or ask for disk.collect");
}

Result<void> MakeDirectory(const fs::path& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == 0) return {};
  return TellFullDisk(ErrnoError(errno, "making directory " + path.string()));
}

Result<void> MakePrivateDirectory(const fs::path& path) {
  const auto opened = OpenPrivateDirectory(path, 0700);
  return opened.ok() ? Result<void>() : TellFullDisk(opened.error());
}

}  // namespace

fs::path SessionStore::RecordPath(const std::string& name) const {
  return directory_ / ".hallmark/records" / (name + ".json");
}

fs::path SessionStore::FreeTrashName(const std::string& name) const {
  fs::path path = trash() / name;
  for (int i = 1; fs::exists(fs::symlink_status(path)); ++i) path = trash() / (name + "." + std::to_string(i));
  return path;
}

Result<void> SessionStore::MakeDirectories() const {
  for (const char* name : {".hallmark", ".hallmark/records", ".hallmark/new", ".hallmark/trash"}) {
    RETURN_IF_ERROR(MakePrivateDirectory(directory_ / name));
  }
  return {};
}

Result<SessionRecord> SessionStore::ReadRecord(const std::string& name) const {
  // The host may have put anything there: a FIFO would block us for ever, and a link would lead elsewhere.
  ASSIGN_OR_RETURN(const File file, File::Open(RecordPath(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  ASSIGN_OR_RETURN(const struct stat status, file.Stat());
  if (!S_ISREG(status.st_mode)) return CorruptError(file.path() + ": is not a regular file");
  if (static_cast<uint64_t>(status.st_size) > kMaxRecordSize) return CorruptError(file.path() + ": too large");
  ByteVector bytes(static_cast<size_t>(status.st_size));
  RETURN_IF_ERROR(file.ReadAt(0, bytes));
  return ParseSessionRecord(AsText(bytes));
}

Result<std::vector<StoredSession>> SessionStore::Recover() {
  RETURN_IF_ERROR(MakeDirectories());
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_ / ".hallmark/new", error)) {
    fs::rename(entry.path(), FreeTrashName(entry.path().filename()), error);
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    const std::string name = entry.path().filename();
    if (CheckSessionName(name).ok()) names.push_back(name);
  }
  if (error) return IoError("reading " + directory_.string() + ": " + error.message());
  std::sort(names.begin(), names.end());

  std::vector<StoredSession> sessions;
  std::map<uid_t, std::string> owners;
  for (const std::string& name : names) {
    StoredSession session{name, 0, directory_ / name, {}, ""};
    struct stat status;
    if (lstat(session.home.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    const std::string uid = std::to_string(status.st_uid);
    if (status.st_uid < kFirstSessionUid || status.st_uid > kLastSessionUid || status.st_gid != status.st_uid) {
      Log("process", "left " + session.home.string() + " alone: no session's user owns it, but uid=" + uid);
      continue;
    }
    const auto [owner, is_new] = owners.emplace(status.st_uid, name);
    if (!is_new) {
      Log("process", "left " + session.home.string() + " alone: its uid=" + uid + " is that of " + owner->second);
      continue;
    }
    session.uid = status.st_uid;
    highest_uid_ = std::max(highest_uid_, session.uid);
    if (auto record = ReadRecord(name); record.ok()) {
      session.record = std::move(*record);
    } else if (record.error().kind != ErrorKind::kNotFound) {
      session.trouble = "its limits and shared directories are lost: " + record.error().message;
      Log("process", session.home.string() + ": " + session.trouble);
    }
    Log("process", "recovered uid=" + uid + " gid=" + uid + " from " + session.home.string());
    sessions.push_back(std::move(session));
  }
  return sessions;
}

Result<StoredSession> SessionStore::Create(const std::string& name, const SessionRecord& record) {
  StoredSession session{name, 0, directory_ / name, record, ""};
  struct stat status;
  if (lstat(session.home.c_str(), &status) == 0) return UsageError(session.home.string() + " exists already");
  if (highest_uid_ >= kLastSessionUid) {
    return NoSpaceError("every uid up to " + std::to_string(kLastSessionUid) + " was given out since the guest started")
        .WithHint("restart the guest");
  }
  RETURN_IF_ERROR(MakeDirectories());
  session.uid = highest_uid_ + 1;
  const fs::path unfinished = directory_ / ".hallmark/new" / name;
  // Moves to the trash what a failed attempt left behind.
  if (rename(unfinished.c_str(), FreeTrashName(name).c_str()) != 0 && errno != ENOENT) {
    return ErrnoError(errno, unfinished.string());
  }
  RETURN_IF_ERROR(MakeDirectory(unfinished, 0700));
  RETURN_IF_ERROR(
      // mount points of shared directories; root owns it, so that no user moves it
      MakeDirectory(unfinished / "mnt", 0755));
  if (chown(unfinished.c_str(), session.uid, session.uid) != 0) return ErrnoError(errno, unfinished.string());
  RETURN_IF_ERROR(Save(session));
  if (rename(unfinished.c_str(), session.home.c_str()) != 0) return ErrnoError(errno, session.home.string());
  RETURN_IF_ERROR(SyncDirectory(directory_));
  highest_uid_ = session.uid;
  return session;
}

Result<void> SessionStore::Save(const StoredSession& session) const {
  const std::string text = EncodeSessionRecord(session.record);
  if (auto readable = ParseSessionRecord(text); !readable.ok()) {
    return UsageError("the record of session " + session.name + ": " + readable.error().message);
  }
  return TellFullDisk(WriteFileAtomically(RecordPath(session.name), AsBytes(text), 0600));
}

Result<fs::path> SessionStore::Remove(const StoredSession& session) const {
  fs::path target = FreeTrashName(session.name);
  if (rename(session.home.c_str(), target.c_str()) != 0) return ErrnoError(errno, session.home.string());
  unlink(RecordPath(session.name).c_str());
  RETURN_IF_ERROR(SyncDirectory(directory_));
  return target;
}

Result<void> SessionStore::TakeCache(const std::string& name) const {
  ASSIGN_OR_RETURN(const File home, File::Open(directory_ / name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  struct stat status;
  const bool there = fstatat(home.fd(), ".cache", &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (!there || !S_ISDIR(status.st_mode)) return {};
  // If something has replaced it meanwhile, that is moved and deleted as it is: nothing follows links.
  const fs::path target = FreeTrashName(name + ".cache");
  if (renameat(home.fd(), ".cache", AT_FDCWD, target.c_str()) == 0 || errno == ENOENT) return {};
  return ErrnoError(errno, "taking " + home.path() + "/.cache away");
}

}  // namespace hallmark::guest
