// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/disk_service.h"

#include <chrono>

#include "guestd/common/log.h"
#include "guestd/common/remove_tree.h"
#include "guestd/sdk-daemon/disk_usage.h"
#include "guestd/sdk-daemon/worker.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kCheckInterval{5};
constexpr std::chrono::minutes kWalkLimit{10};
constexpr std::chrono::hours kCollectLimit{1};

Result<JsonValue> UsageOf(const fs::path& home) {
  ASSIGN_OR_RETURN(const DiskUsage usage, MeasureUsage(home));
  return JsonValue::Object({{"bytes", usage.bytes}, {"files", usage.files}});
}

/// The use of the disk and of every session on it. If a session can't be measured, its entry says why.
Result<JsonValue> UsageOfAll(const fs::path& directory, const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(const DiskSpace space, MeasureSpace(directory));
  JsonValue sessions = JsonValue::Object();
  for (const std::string& name : names) {
    auto usage = UsageOf(directory / name);
    sessions.Set(name, usage.ok() ? *usage : JsonValue::Object({{"error", usage.error().message}}));
  }
  return JsonValue::Object({{"total", space.total},
                            {"free", space.free},
                            {"free_files", space.free_files},
                            {"sessions", std::move(sessions)}});
}

/// Moves the caches of the sessions to the trash, and then deletes everything in it.
Result<JsonValue> CollectAll(const SessionStore& store, const std::vector<std::string>& names) {
  Removed removed;
  JsonValue errors = JsonValue::Array();
  const auto note = [&](const Result<void>& result) {
    // A session that was deleted meanwhile has no cache.
    if (!result.ok() && result.error().kind != ErrorKind::kNotFound) errors.Append(result.error().message);
  };
  for (const std::string& name : names) note(store.TakeCache(name));
  note(RemoveContent(store.trash(), removed));
  return JsonValue::Object({{"freed", removed.bytes}, {"errors", std::move(errors)}});
}

}  // namespace

void DiskService::AddMethods(MethodTable& methods) {
  const auto add = [&](const char* name, void (DiskService::*method)(const JsonValue&, const Reply&)) {
    methods.Add(name, [this, method](const JsonValue& parameters, const Reply& reply) {
      if (!sessions_.trouble().empty()) return reply(IoError("sessions can't work: " + sessions_.trouble()));
      (this->*method)(parameters, reply);
    });
  };
  add("disk.usage", &DiskService::Usage);
  add("disk.collect", &DiskService::Collect);
  add("session.quota", &DiskService::Quota);
  methods.AddWithoutParameters("disk.trim", [this](Reply reply) { trim_(std::move(reply)); });
}

void DiskService::Start() {
  timer_.Start(kCheckInterval, [this] {
    for (const auto& [name, session] : sessions_.sessions()) {
      if (session->stored.record.quota && session->mount_namespace) Check(name);
    }
    Start();
  });
}

void DiskService::Usage(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  std::vector<std::string> names;
  if (reader.Has("session")) {
    names.push_back(reader.TakeText("session"));
  } else {
    for (const auto& [name, session] : sessions_.sessions()) names.push_back(name);
  }
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  for (const std::string& name : names) {
    if (const auto session = sessions_.Find(name); !session.ok()) return reply(session.error());
  }
  Worker::Start(
      loop_, kWalkLimit, -1,
      [directory = sessions_.store().directory(), names] { return UsageOfAll(directory, names); },
      [reply](Result<JsonValue> result, pid_t) { reply(std::move(result)); });
}

void DiskService::Quota(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const std::string name = reader.TakeText("session");
  std::optional<uint64_t> bytes;
  if (reader.Has("bytes")) bytes = reader.TakeNumber("bytes");
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto session = sessions_.Active(name);
  if (!session.ok()) return reply(session.error());
  StoredSession changed = (*session)->stored;
  changed.record.quota = bytes;
  if (const auto saved = sessions_.store().Save(changed); !saved.ok()) return reply(saved.error());
  (*session)->stored = std::move(changed);
  Worker::Start(
      loop_, kWalkLimit, -1, [home = (*session)->stored.home] { return UsageOf(home); },
      [this, name, reply](Result<JsonValue> result, pid_t) {
        Judge(name, result);
        reply(std::move(result));
      });
}

void DiskService::Check(const std::string& name) {
  if (!checking_.insert(name).second) return;
  Worker::Start(
      loop_, kWalkLimit, -1, [home = sessions_.store().directory() / name] { return UsageOf(home); },
      [this, name](const Result<JsonValue>& result, pid_t) {
        checking_.erase(name);
        Judge(name, result);
      });
}

void DiskService::Judge(const std::string& name, const Result<JsonValue>& usage) {
  const auto session = sessions_.Find(name);
  if (!session.ok()) return;  // deleted meanwhile
  const auto& quota = (*session)->stored.record.quota;
  // If it can't be measured, it counts as too much: a session could cause that, by paths longer than any that can be
  // opened.
  const uint64_t bytes = usage.ok() ? usage->Number("bytes").value_or(0) : 0;
  const bool over = quota && (!usage.ok() || bytes > *quota);
  if (over == (*session)->over_quota) return;
  if (const auto done = (*session)->cgroup.Freeze(over); !done.ok()) return LogError("disk", done.error());
  (*session)->over_quota = over;
  JsonValue event = JsonValue::Object({{"session", name}, {"over", over}});
  if (usage.ok()) event.Set("bytes", bytes);
  if (!usage.ok()) event.Set("error", usage.error().message);
  const std::string text = usage.ok() ? " uses " + std::to_string(bytes) + " bytes" : ": " + usage.error().message;
  Log("disk", name + text + (over ? "; over its quota: its processes stand still" : "; within its quota: it goes on"));
  link_.SendEvent("session.quota", std::move(event));
}

void DiskService::Collect(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  std::vector<std::string> idle;
  for (const auto& [name, session] : sessions_.sessions()) {
    if (session->cgroup.Children().empty()) idle.push_back(name);
  }
  Worker::Start(
      loop_, kCollectLimit, -1, [store = sessions_.store(), idle] { return CollectAll(store, idle); },
      [this, reply](Result<JsonValue> result, pid_t) {
        for (const auto& [name, session] : sessions_.sessions()) {
          if (session->over_quota) Check(name);
        }
        reply(std::move(result));
      });
}

}  // namespace hallmark::guest
