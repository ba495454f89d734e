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
#include "guestd/sdk-daemon/worker.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kSweepInterval{20};
constexpr std::chrono::seconds kClearLimit{2};
constexpr std::chrono::seconds kMountLimit{10};
constexpr std::chrono::hours kTrashLimit{1};
constexpr size_t kMaxDirectories = 100;
constexpr int kNameAttempts = 100;

uint32_t RandomBelow(uint32_t bound) {
  uint32_t number = 0;
  while (getrandom(&number, sizeof number, 0) != sizeof number) {
  }
  return number % bound;
}

Json Number(const std::optional<uint64_t>& number) { return number ? Json(*number) : Json(nullptr); }

Result<std::vector<SharedDirectory>> TakeDirectories(ObjectReader& reader) {
  std::vector<SharedDirectory> directories;
  for (const Json& value : reader.TakeArray("folders", kMaxDirectories)) {
    ParameterReader item(value, "folders");
    SharedDirectory directory;
    directory.source = item.TakeText("source", 4096);
    directory.name = item.TakeText("name");
    directory.read_only = item.Has("read_only") && item.TakeBool("read_only");
    RETURN_IF_ERROR(item.Finish());
    directories.push_back(std::move(directory));
  }
  return directories;
}

Json ErrorJson(const Error& error) {
  Json json = {{"kind", ErrorKindName(error.kind)}, {"message", error.message}};
  if (!error.hint.empty()) json["hint"] = error.hint;
  return json;
}

}  // namespace

CgroupLimits TakeLimits(ObjectReader& reader) {
  CgroupLimits limits;
  if (reader.Has("memory")) limits.memory = reader.TakeNumber("memory");
  if (reader.Has("cpu")) limits.cpu = reader.TakeNumber("cpu");
  if (reader.Has("processes")) limits.processes = reader.TakeNumber("processes");
  // What cpu.max takes: at least 1 ms a period, and no more than its multiplication bears.
  if (limits.cpu && (*limits.cpu < 1 || *limits.cpu > 100000)) reader.Refuse("cpu", "not 1 to 100000");
  return limits;
}

std::optional<uint64_t> TakeOpenFiles(ObjectReader& reader) {
  if (!reader.Has("open_files")) return std::nullopt;
  const uint64_t open_files = reader.TakeNumber("open_files");
  if (open_files > kMaxOpenFiles) reader.Refuse("open_files", "more than " + std::to_string(kMaxOpenFiles));
  return open_files;
}

void Graveyard::Bury(Cgroup cgroup) {
  if (cgroup.Remove().ok()) return;
  waiting_.push_back(std::move(cgroup));
  if (armed_) return;
  armed_ = true;
  timer_.expires_after(kSweepInterval);
  timer_.async_wait([this](const asio::error_code& cancelled) {
    armed_ = false;
    if (!cancelled) Sweep();
  });
}

void Graveyard::Sweep() {
  std::vector<Cgroup> waiting;
  waiting.swap(waiting_);
  for (Cgroup& cgroup : waiting) Bury(std::move(cgroup));
}

SessionService::SessionService(asio::io_context& loop, Options options)
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
      [trash = store_.trash()]() -> Result<Json> {
        Removed removed;
        RETURN_IF_ERROR(RemoveContent(trash, removed));
        return Json::object();
      },
      [](const Result<Json>& result, pid_t) {
        if (!result.ok()) LogError("sdk-daemon", result.error());
      });
}

/// Kills what an earlier daemon left and waits until it is gone: its sessions are about to get groups of the same
/// names.
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
  const auto add = [&](const char* name, void (SessionService::*method)(const Json&, const Reply&)) {
    methods.Add(name, [this, method](const Json& parameters, const Reply& reply) {
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
  methods.Add("session.list", [this](const Json&, const Reply& reply) { List(reply); });
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

Json SessionService::Describe(const Session& session) {
  const StoredSession& stored = session.stored;
  Json json = {{"name", stored.name},
               {"uid", stored.uid},
               {"gid", stored.uid},
               {"home", stored.home.string()},
               {"active", session.mount_namespace.has_value()},
               {"memory", Number(stored.record.limits.memory)},
               {"cpu", Number(stored.record.limits.cpu)},
               {"processes", Number(stored.record.limits.processes)},
               {"open_files", Number(stored.record.open_files)},
               {"quota", Number(stored.record.quota)},
               {"over_quota", session.over_quota}};
  if (!stored.trouble.empty()) json["trouble"] = stored.trouble;
  return json;
}

void SessionService::Create(const Json& parameters, const Reply& reply) {
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
  Activate(made, [this, name, reply](Result<Json> result) {
    if (!result.ok()) Discard(name);
    reply(std::move(result));
  });
}

void SessionService::Discard(const std::string& name) {
  const Session& session = *sessions_.at(name);
  if (const auto trash = store_.Remove(session.stored); trash.ok()) {
    DeleteTrash(*trash, [](const Result<Json>& result) {
      if (!result.ok()) LogError("process", result.error());
    });
  } else {
    LogError("process", trash.error());
  }
  graveyard_.Bury(session.cgroup);
  sessions_.erase(name);
}

void SessionService::Resume(const Json& parameters, const Reply& reply) {
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
      [plan = Plan(session)]() -> Result<Json> {
        RETURN_IF_ERROR(EnterNewNamespace(plan));
        return Json::object();
      },
      [this, name = session.stored.name, reply](const Result<Json>& result, pid_t child) {
        Activated(name, result, child, reply);
      });
}

void SessionService::Activated(const std::string& name, const Result<Json>& result, pid_t child, const Reply& reply) {
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
    Json session;
    Json directories = Json::array();
    size_t missing;
  };
  auto gathered = std::make_shared<Gathered>();
  gathered->session = Describe(session);
  gathered->missing = directories.size();
  const auto finish = [gathered, reply] {
    gathered->session["folders"] = gathered->directories;
    reply(gathered->session);
  };
  if (directories.empty()) return finish();
  for (const SharedDirectory& directory : directories) {
    const std::string place = (session.stored.home / "mnt" / directory.name).string();
    const int keep = session.mount_namespace->fd();
    Worker::Start(
        loop_, kMountLimit, keep,
        [plan = Plan(session), &session, directory]() -> Result<Json> {
          RETURN_IF_ERROR(EnterAndAttach(plan, *session.mount_namespace, directory));
          return Json::object();
        },
        [this, gathered, finish, directory, place, name, uid = session.stored.uid](const Result<Json>& result, pid_t) {
          if (result.ok()) Attached(name, uid, directory.name);
          Json entry = {{"source", directory.source},
                        {"name", directory.name},
                        {"path", place},
                        {"read_only", directory.read_only}};
          if (!result.ok()) entry["error"] = ErrorJson(result.error());
          if (!result.ok()) LogError("mount", result.error());
          gathered->directories.push_back(std::move(entry));
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
  Detach(session, directory, [](const Result<Json>& result) {
    if (!result.ok()) LogError("mount", result.error());
  });
}

void SessionService::Detach(const Session& session, const std::string& directory, const Reply& reply) {
  Worker::Start(
      loop_, kMountLimit, session.mount_namespace->fd(),
      [plan = Plan(session), &session, directory]() -> Result<Json> {
        RETURN_IF_ERROR(EnterAndDetach(plan, *session.mount_namespace, directory));
        return Json::object();
      },
      [reply](Result<Json> result, pid_t) { reply(std::move(result)); });
}

void SessionService::List(const Reply& reply) const {
  Json list = Json::array();
  for (const auto& [name, session] : sessions_) list.push_back(Describe(*session));
  reply(Json{{"sessions", std::move(list)}, {"trouble", options_.trouble}});
}

void SessionService::Delete(const Json& parameters, const Reply& reply) {
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

void SessionService::Limit(const Json& parameters, const Reply& reply) {
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

void SessionService::Mount(const Json& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const std::string name = reader.TakeText("session");
  const auto directories = TakeDirectories(reader);
  if (!directories.ok()) return reply(directories.error());
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto session = Active(name);
  if (!session.ok()) return reply(session.error());
  // Kept whether they can be mounted now or not: they are what the person chose, and the next resume tries again.
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

void SessionService::Unmount(const Json& parameters, const Reply& reply) {
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

void SessionService::DeleteTrash(const fs::path& trash, const std::function<void(Result<Json>)>& done) {
  Worker::Start(
      loop_, kTrashLimit, -1,
      [trash]() -> Result<Json> {
        Removed removed;
        RETURN_IF_ERROR(RemoveTree(trash, removed));
        return Json{{"removed", removed.files}};
      },
      [done](Result<Json> result, pid_t) { done(std::move(result)); });
}

void SessionService::Finish() {
  graveyard_.Stop();
  if (const auto killed = options_.cgroup.Kill(); !killed.ok()) LogError("sdk-daemon", killed.error());
  for (const auto& [name, session] : sessions_) session->mount_namespace.reset();
}

}  // namespace hallmark::guest
