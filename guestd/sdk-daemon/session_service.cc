// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_service.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "guestd/common/log.h"
#include "guestd/common/remove_tree.h"
#include "guestd/sdk-daemon/session_name.h"
#include "guestd/sdk-daemon/session_parameters.h"
#include "guestd/sdk-daemon/worker.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kSweepInterval{20};
constexpr std::chrono::seconds kClearLimit{2};
constexpr std::chrono::seconds kMountLimit{10};
constexpr std::chrono::hours kTrashLimit{1};
constexpr int kNameAttempts = 100;

uint32_t RandomBelow(uint32_t bound) {
  uint32_t number = 0;
  while (getrandom(&number, sizeof number, 0) != sizeof number) {
  }
  return number % bound;
}

JsonValue ErrorJson(const Error& error) {
  JsonValue json = JsonValue::Object({{"kind", ErrorKindName(error.kind)}, {"message", error.message}});
  if (!error.hint.empty()) json.Set("hint", error.hint);
  return json;
}

}  // namespace

SessionService::SessionService(EventLoop& loop, Options options)
    : loop_(loop), options_(std::move(options)), store_(options_.sessions), graveyard_(loop) {}

void SessionService::Recover() {
  if (const auto created = options_.cgroup.Create(); !created.ok()) return LogError("sdk-daemon", created.error());
  ClearCgroups();
  if (const auto delegated = options_.cgroup.Delegate(); !delegated.ok()) LogError("sdk-daemon", delegated.error());
  if (!options_.trouble.empty()) return;
  auto stored = store_.Recover();
  if (!stored.ok()) {
    options_.trouble = stored.error().message;
    return LogError("sdk-daemon", stored.error());
  }
  for (StoredSession& found : *stored) {
    auto session = std::make_unique<Session>();
    session->cgroup = CgroupOf(found);
    session->stored = std::move(found);
    sessions_[session->stored.name] = std::move(session);
  }
  Worker::Start(
      loop_, kTrashLimit, -1,
      [trash = store_.trash()]() -> Result<JsonValue> {
        Removed removed;
        RETURN_IF_ERROR(RemoveContent(trash, removed));
        return JsonValue::Object();
      },
      [](const Result<JsonValue>& result, pid_t) {
        if (!result.ok()) LogError("sdk-daemon", result.error());
      });
}

/// Kills what an earlier daemon left behind and waits until it is gone: the new groups of its sessions will have the
/// same names.
void SessionService::ClearCgroups() {
  if (const auto killed = options_.cgroup.Kill(); !killed.ok()) LogError("sdk-daemon", killed.error());
  const auto end = std::chrono::steady_clock::now() + kClearLimit;
  for (const Cgroup& left : options_.cgroup.Children()) {
    Result<void> removed = left.Remove();
    while (!removed.ok() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(kSweepInterval);
      removed = left.Remove();
    }
    if (!removed.ok()) LogError("sdk-daemon", removed.error());
  }
}

Cgroup SessionService::CgroupOf(const StoredSession& stored) const {
  return options_.cgroup.Child(stored.name + "." + std::to_string(stored.uid));
}

void SessionService::AddMethods(MethodTable& methods) {
  const auto add = [&](const char* name, void (SessionService::*method)(const JsonValue&, const Reply&)) {
    methods.Add(name, [this, method](const JsonValue& parameters, const Reply& reply) {
      if (!options_.trouble.empty()) {
        return reply(IoError("sessions can't work: " + options_.trouble)
                         .WithHint("the guest's log says more; mend or replace the session disk and restart"));
      }
      (this->*method)(parameters, reply);
    });
  };
  add("session.create", &SessionService::Create);
  add("session.resume", &SessionService::Resume);
  add("session.delete", &SessionService::Delete);
  add("session.limit", &SessionService::Limit);
  add("session.mount", &SessionService::Mount);
  add("session.unmount", &SessionService::Unmount);
  methods.AddWithoutParameters("session.list", [this](const Reply& reply) { List(reply); });
}

Result<Session*> SessionService::Find(const std::string& name) {
  const auto found = sessions_.find(name);
  if (found == sessions_.end())
    return NotFoundError("no session " + name).WithHint("session.list tells which there are");
  if (found->second->busy) return IoError("session " + name + " is being made, resumed or deleted: try again");
  return found->second.get();
}

Result<Session*> SessionService::Active(const std::string& name) {
  ASSIGN_OR_RETURN(Session * session, Find(name));
  if (!session->mount_namespace) {
    return UsageError("session " + name + " is not active").WithHint("session.resume comes first after a restart");
  }
  return session;
}

NamespacePlan SessionService::Plan(const Session& session) const {
  const StoredSession& stored = session.stored;
  return {stored.name, stored.uid, stored.home, options_.shared, options_.programs};
}

JsonValue SessionService::Describe(const Session& session) {
  const StoredSession& stored = session.stored;
  const SessionRecord& record = stored.record;
  JsonValue json = JsonValue::Object({{"name", stored.name},
                                      {"uid", stored.uid},
                                      {"gid", stored.uid},
                                      {"home", stored.home.string()},
                                      {"active", session.mount_namespace.has_value()},
                                      {"memory", record.limits.memory},
                                      {"cpu", record.limits.cpu},
                                      {"processes", record.limits.processes},
                                      {"open_files", record.open_files},
                                      {"quota", record.quota},
                                      {"over_quota", session.over_quota}});
  if (!stored.trouble.empty()) json.Set("trouble", stored.trouble);
  return json;
}

void SessionService::Create(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  std::string name = reader.Has("name") ? reader.TakeText("name") : "";
  SessionRecord record;
  record.limits = TakeLimits(reader);
  record.open_files = TakeOpenFiles(reader);
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  for (int i = 0; name.empty() && i < kNameAttempts; ++i) {
    const std::string candidate = MakeSessionName(RandomBelow);
    if (!sessions_.contains(candidate)) name = candidate;
  }
  if (const auto good = CheckSessionName(name); !good.ok()) return reply(good.error());
  if (sessions_.contains(name)) return reply(UsageError("there is a session " + name + " already"));
  auto created = store_.Create(name, record);
  if (!created.ok()) return reply(created.error());
  auto session = std::make_unique<Session>();
  session->stored = std::move(*created);
  session->cgroup = CgroupOf(session->stored);
  Log("process", "made uid=" + std::to_string(session->stored.uid) + " for " + session->stored.home.string());
  Session& made = *(sessions_[name] = std::move(session));
  Activate(made, [this, name, reply](Result<JsonValue> result) {
    if (!result.ok()) Discard(name);
    reply(std::move(result));
  });
}

void SessionService::Discard(const std::string& name) {
  const Session& session = *sessions_.at(name);
  if (const auto trash = store_.Remove(session.stored); trash.ok()) {
    DeleteTrash(*trash, [](const Result<JsonValue>& result) {
      if (!result.ok()) LogError("process", result.error());
    });
  } else {
    LogError("process", trash.error());
  }
  graveyard_.Bury(session.cgroup);
  sessions_.erase(name);
}

void SessionService::Resume(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const std::string name = reader.TakeText("session");
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto session = Find(name);
  if (!session.ok()) return reply(session.error());
  if ((*session)->mount_namespace) return Attach(name, {}, reply);
  Activate(**session, reply);
}

void SessionService::Activate(Session& session, const Reply& reply) {
  auto prepared = session.cgroup.Create();
  if (prepared.ok()) prepared = session.cgroup.Limit(session.stored.record.limits);
  if (prepared.ok()) prepared = session.cgroup.Delegate();
  if (!prepared.ok()) return reply(prepared.error());
  session.busy = true;
  Worker::Start(
      loop_, kMountLimit, -1,
      [plan = Plan(session)]() -> Result<JsonValue> {
        RETURN_IF_ERROR(EnterNewNamespace(plan));
        return JsonValue::Object();
      },
      [this, name = session.stored.name, reply](const Result<JsonValue>& result, pid_t child) {
        Activated(name, result, child, reply);
      });
}

void SessionService::Activated(const std::string& name, const Result<JsonValue>& result, pid_t child,
                               const Reply& reply) {
  Session& session = *sessions_.at(name);
  session.busy = false;
  if (!result.ok()) return reply(result.error());
  auto mount_namespace = File::OpenForReading("/proc/" + std::to_string(child) + "/ns/mnt");
  if (!mount_namespace.ok()) return reply(mount_namespace.error());
  session.mount_namespace = std::move(*mount_namespace);
  Attach(name, session.stored.record.directories, reply);
}

void SessionService::Attach(const std::string& name, const std::vector<SharedDirectory>& directories,
                            const Reply& reply) {
  const Session& session = *sessions_.at(name);
  struct Gathered {
    JsonValue session;
    JsonValue directories = JsonValue::Array();
    size_t missing;
  };
  auto gathered = std::make_shared<Gathered>();
  gathered->session = Describe(session);
  gathered->missing = directories.size();
  const auto finish = [gathered, reply] {
    gathered->session.Set("folders", gathered->directories);
    reply(gathered->session);
  };
  if (directories.empty()) return finish();
  for (const SharedDirectory& directory : directories) {
    const std::string place = (session.stored.home / "mnt" / directory.name).string();
    const int keep = session.mount_namespace->fd();
    Worker::Start(
        loop_, kMountLimit, keep,
        [plan = Plan(session), &session, directory]() -> Result<JsonValue> {
          RETURN_IF_ERROR(EnterAndAttach(plan, *session.mount_namespace, directory));
          return JsonValue::Object();
        },
        [this, gathered, finish, directory, place, name, uid = session.stored.uid](const Result<JsonValue>& result,
                                                                                   pid_t) {
          if (result.ok()) Attached(name, uid, directory.name);
          JsonValue entry = JsonValue::Object({{"source", directory.source},
                                               {"name", directory.name},
                                               {"path", place},
                                               {"read_only", directory.read_only}});
          if (!result.ok()) entry.Set("error", ErrorJson(result.error()));
          if (!result.ok()) LogError("mount", result.error());
          gathered->directories.Append(entry);
          if (--gathered->missing == 0) finish();
        });
  }
}

void SessionService::Attached(const std::string& name, uid_t uid, const std::string& directory) {
  const auto found = sessions_.find(name);
  if (found == sessions_.end() || found->second->stored.uid != uid) return;  // deleted meanwhile
  Session& session = *found->second;
  const auto& wanted = session.stored.record.directories;
  if (std::any_of(wanted.begin(), wanted.end(),
                  [&](const SharedDirectory& other) { return other.name == directory; })) {
    session.attached.insert(directory);
    return;
  }
  Detach(session, directory, [](const Result<JsonValue>& result) {
    if (!result.ok()) LogError("mount", result.error());
  });
}

void SessionService::Detach(const Session& session, const std::string& directory, const Reply& reply) {
  Worker::Start(
      loop_, kMountLimit, session.mount_namespace->fd(),
      [plan = Plan(session), &session, directory]() -> Result<JsonValue> {
        RETURN_IF_ERROR(EnterAndDetach(plan, *session.mount_namespace, directory));
        return JsonValue::Object();
      },
      [reply](Result<JsonValue> result, pid_t) { reply(std::move(result)); });
}

void SessionService::List(const Reply& reply) const {
  JsonValue list = JsonValue::Array();
  for (const auto& [name, session] : sessions_) list.Append(Describe(*session));
  reply(JsonValue::Object({{"sessions", std::move(list)}, {"trouble", options_.trouble}}));
}

void SessionService::Delete(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const std::string name = reader.TakeText("session");
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto session = Find(name);
  if (!session.ok()) return reply(session.error());
  if (const auto killed = (*session)->cgroup.Kill(); !killed.ok() && killed.error().kind != ErrorKind::kNotFound) {
    return reply(killed.error());
  }
  const auto trash = store_.Remove((*session)->stored);
  if (!trash.ok()) return reply(trash.error());
  graveyard_.Bury((*session)->cgroup);
  Log("process", "deleted session " + name);
  sessions_.erase(name);
  DeleteTrash(*trash, reply);
}

void SessionService::Limit(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const std::string name = reader.TakeText("session");
  SessionRecord limits;
  limits.limits = TakeLimits(reader);
  limits.open_files = TakeOpenFiles(reader);
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto session = Active(name);
  if (!session.ok()) return reply(session.error());
  if (const auto limited = (*session)->cgroup.Limit(limits.limits); !limited.ok()) return reply(limited.error());
  StoredSession changed = (*session)->stored;
  changed.record.limits = limits.limits;
  changed.record.open_files = limits.open_files;
  if (const auto saved = store_.Save(changed); !saved.ok()) return reply(saved.error());
  (*session)->stored = std::move(changed);
  reply(Describe(**session));
}

void SessionService::Mount(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const std::string name = reader.TakeText("session");
  const auto directories = TakeDirectories(reader);
  if (!directories.ok()) return reply(directories.error());
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto session = Active(name);
  if (!session.ok()) return reply(session.error());
  // Stored whether or not they can be mounted now: the person chose them, and the next resume tries again.
  StoredSession changed = (*session)->stored;
  for (const SharedDirectory& directory : *directories) {
    if (const auto good = CheckSharedDirectory(directory); !good.ok()) return reply(good.error());
    auto& kept = changed.record.directories;
    std::erase_if(kept, [&](const SharedDirectory& other) { return other.name == directory.name; });
    kept.push_back(directory);
  }
  if (const auto saved = store_.Save(changed); !saved.ok()) return reply(saved.error());
  (*session)->stored = std::move(changed);
  Attach(name, *directories, reply);
}

void SessionService::Unmount(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const std::string name = reader.TakeText("session");
  const std::string directory = reader.TakeText("name");
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto session = Active(name);
  if (!session.ok()) return reply(session.error());
  StoredSession changed = (*session)->stored;
  const auto same = [&](const SharedDirectory& other) { return other.name == directory; };
  if (std::erase_if(changed.record.directories, same) == 0) {
    return reply(NotFoundError("session " + name + " has no shared directory " + directory));
  }
  if (const auto saved = store_.Save(changed); !saved.ok()) return reply(saved.error());
  (*session)->stored = std::move(changed);
  (*session)->attached.erase(directory);
  Detach(**session, directory, reply);
}

void SessionService::DeleteTrash(const fs::path& trash, const std::function<void(Result<JsonValue>)>& done) {
  Worker::Start(
      loop_, kTrashLimit, -1,
      [trash]() -> Result<JsonValue> {
        Removed removed;
        RETURN_IF_ERROR(RemoveTree(trash, removed));
        return JsonValue::Object({{"removed", removed.files}});
      },
      [done](Result<JsonValue> result, pid_t) { done(std::move(result)); });
}

void SessionService::Finish() {
  graveyard_.Stop();
  if (const auto killed = options_.cgroup.Kill(); !killed.ok()) LogError("sdk-daemon", killed.error());
  for (const auto& [name, session] : sessions_) session->mount_namespace.reset();
}

}  // namespace hallmark::guest
