// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "guestd/common/cgroup.h"
#include "guestd/common/event_loop.h"
#include "guestd/sdk-daemon/graveyard.h"
#include "guestd/sdk-daemon/methods.h"
#include "guestd/sdk-daemon/session_namespace.h"
#include "guestd/sdk-daemon/session_store.h"
#include "lib/base/file.h"

namespace hallmark::guest {

/// A session that this daemon knows. It is active, and can run processes, if it has a mount namespace.
struct Session {
  StoredSession stored;
  Cgroup cgroup;
  std::optional<File> mount_namespace;
  std::set<std::string> attached;  ///< names of the shared directories that are mounted
  bool busy = false;               ///< it is being made, resumed or deleted
  bool over_quota = false;         ///< it is frozen until it uses less
};

/// The methods session.*: which sessions exist, and what each of them sees.
class SessionService {
 public:
  struct Options {
    std::filesystem::path sessions;
    std::filesystem::path shared;
    std::filesystem::path programs;  ///< empty: none
    Cgroup cgroup;                   ///< parent of all sessions' groups
    std::string trouble;             ///< why there can't be sessions; empty if there can
  };

  SessionService(EventLoop& loop, Options options);

  /// Ends what an earlier daemon left running, and finds its sessions. Keeps errors: every method reports them.
  void Recover();
  /// Adds the methods session.*. This object must outlive the table.
  void AddMethods(MethodTable& methods);

  /// kNotFound if there is no such session; kUsage, with the next step, if it is not active.
  Result<Session*> Active(const std::string& name);
  /// kNotFound if there is no such session; kIo while it is being made, resumed or deleted.
  Result<Session*> Find(const std::string& name);
  [[nodiscard]] bool has_programs() const { return !options_.programs.empty(); }
  [[nodiscard]] size_t count() const { return sessions_.size(); }
  [[nodiscard]] const std::string& trouble() const { return options_.trouble; }
  [[nodiscard]] const std::map<std::string, std::unique_ptr<Session>>& sessions() const { return sessions_; }
  [[nodiscard]] const SessionStore& store() const { return store_; }
  Graveyard& graveyard() { return graveyard_; }

  /// Kills all processes of all sessions and closes the namespaces.
  void Finish();

 private:
  void Create(const JsonValue& parameters, const Reply& reply);
  void Resume(const JsonValue& parameters, const Reply& reply);
  void List(const Reply& reply) const;
  void Delete(const JsonValue& parameters, const Reply& reply);
  void Limit(const JsonValue& parameters, const Reply& reply);
  void Mount(const JsonValue& parameters, const Reply& reply);
  void Unmount(const JsonValue& parameters, const Reply& reply);

  /// The group of a session. Its name is used only once, so a group that is still being removed is never another
  /// session's.
  [[nodiscard]] Cgroup CgroupOf(const StoredSession& stored) const;
  void ClearCgroups();
  /// Deletes, in the background, what was moved to the trash. Gives `done` an object once the last byte is free.
  void DeleteTrash(const std::filesystem::path& trash, const std::function<void(Result<JsonValue>)>& done);
  void Activate(Session& session, const Reply& reply);
  /// Deletes a session that could not be completed.
  void Discard(const std::string& name);
  void Activated(const std::string& name, const Result<JsonValue>& result, pid_t child, const Reply& reply);
  /// Attaches every directory, and replies with the session and the outcome for each.
  void Attach(const std::string& name, const std::vector<SharedDirectory>& directories, const Reply& reply);
  /// Notes that a directory was attached, or detaches it again if it was given up meanwhile.
  void Attached(const std::string& name, uid_t uid, const std::string& directory);
  void Detach(const Session& session, const std::string& directory, const Reply& reply);
  [[nodiscard]] NamespacePlan Plan(const Session& session) const;
  [[nodiscard]] static JsonValue Describe(const Session& session);

  EventLoop& loop_;
  Options options_;
  SessionStore store_;
  Graveyard graveyard_;
  std::map<std::string, std::unique_ptr<Session>> sessions_;
};

}  // namespace hallmark::guest
