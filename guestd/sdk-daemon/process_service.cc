// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/process_service.h"

#include <csignal>
#include <map>

#include "guestd/common/log.h"
#include "guestd/sdk-daemon/spawn_parameters.h"

namespace hallmark::guest {
namespace {

constexpr size_t kRememberedEnds = 1024;
constexpr std::chrono::seconds kGrace{5};

const std::map<std::string, int, std::less<>> kSignals = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"KILL", SIGKILL}, {"TERM", SIGTERM},
    {"STOP", SIGSTOP}, {"CONT", SIGCONT}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"WINCH", SIGWINCH},
};

JsonValue EndJson(uint64_t id, const ProcessEnd& end) {
  JsonValue json = JsonValue::Object({{"process", id}});
  if (end.exit_code) {
    json.Set("exit_code", *end.exit_code);
  } else {
    json.Set("signal", end.signal);
  }
  json.Set("out_of_memory", end.out_of_memory);
  return json;
}

const char* StreamName(Process::Stream stream) { return stream == Process::kOutput ? "stdout" : "stderr"; }

}  // namespace

void ProcessService::AddMethods(MethodTable& methods) {
  const auto add = [&](const char* name, void (ProcessService::*method)(const JsonValue&, const Reply&)) {
    methods.Add(
        name, [this, method](const JsonValue& parameters, const Reply& reply) { (this->*method)(parameters, reply); });
  };
  add("process.spawn", &ProcessService::Spawn);
  add("process.write", &ProcessService::Write);
  add("process.signal", &ProcessService::Signal);
  add("process.kill", &ProcessService::Kill);
  add("process.resize", &ProcessService::Resize);
  add("process.widen", &ProcessService::Widen);
  add("process.wait", &ProcessService::Wait);
  add("process.list", &ProcessService::List);
}

Result<ProcessService::Running*> ProcessService::Find(uint64_t id) {
  const auto found = running_.find(id);
  if (found != running_.end()) return &found->second;
  if (id != 0 && id <= last_id_) return NotFoundError("process " + std::to_string(id) + " has ended");
  return NotFoundError("no process " + std::to_string(id))
      .WithHint("processes of another instance of the daemon, as hello tells it, are gone");
}

void ProcessService::Spawn(const JsonValue& parameters, const Reply& reply) {
  if (shut_down_) return reply(IoError("the guest is shutting down"));
  const auto wanted = ParseSpawnParameters(parameters);
  if (!wanted.ok()) return reply(wanted.error());
  if (!wanted->sandbox && !unsandboxed_) return reply(UsageError("this daemon runs nothing without its sandbox"));
  const auto session = sessions_.Active(wanted->session);
  if (!session.ok()) return reply(session.error());
  if ((*session)->over_quota) {
    return reply(NoSpaceError("session " + wanted->session + " uses more of the disk than its quota")
                     .WithHint("raise it with session.quota, or ask for disk.collect"));
  }
  auto request = MakeSpawnRequest(*wanted, **session, sessions_.has_programs());
  if (!request.ok()) return reply(request.error());

  const uint64_t id = ++last_id_;
  const Cgroup cgroup = (*session)->cgroup.Child("p" + std::to_string(id));
  const auto prepare = [&]() -> Result<Spawned> {
    RETURN_IF_ERROR(cgroup.Create());
    if (wanted->limits != CgroupLimits{}) RETURN_IF_ERROR(cgroup.Limit(wanted->limits));
    RETURN_IF_ERROR(cgroup.DieTogether());
    request->cgroup = cgroup;
    return guest::Spawn(*request);
  };
  auto spawned = prepare();
  if (!spawned.ok()) {
    sessions_.graveyard().Bury(cgroup);
    return reply(spawned.error());
  }
  Process::Callbacks callbacks;
  callbacks.on_started = [this, id, reply](Result<void> started) {
    const auto found = running_.find(id);
    if (found == running_.end()) return;
    if (started.ok()) return reply(JsonValue::Object({{"process", id}, {"pid", found->second.process->pid()}}));
    found->second.failed = true;
    reply(std::move(started).error());
  };
  callbacks.may_send = [this] { return link_.Ready(); };
  callbacks.on_output = [this, id](Process::Stream stream, uint64_t offset, ByteSpan bytes) {
    link_.SendOutput(id, StreamName(stream), offset, bytes);
  };
  callbacks.on_end = [this, id, cgroup](const ProcessEnd& end) { Ended(id, cgroup, end); };
  running_[id] = {wanted->session, nullptr};
  running_[id].process = Process::Start(loop_, std::move(*spawned), cgroup, wanted->window, std::move(callbacks));
}

void ProcessService::Ended(uint64_t id, const Cgroup& cgroup, const ProcessEnd& end) {
  const JsonValue json = EndJson(id, end);
  const Running ended = std::move(running_.at(id));
  running_.erase(id);
  if (!ended.failed) {
    link_.SendEvent("process.exit", json);
    ended_[id] = json;
  }
  if (ended_.size() > kRememberedEnds) ended_.erase(ended_.begin());
  sessions_.graveyard().Bury(cgroup);
  for (const Reply& reply : ended.waiting) reply(json);
  if (shut_down_) CheckShutdown();
}

void ProcessService::Resume() {
  // A copy, because a process that ends while its output is handed out leaves the map.
  std::vector<std::shared_ptr<Process>> processes;
  processes.reserve(running_.size());
  for (const auto& [id, running] : running_) processes.push_back(running.process);
  for (const auto& process : processes) {
    if (process != nullptr) process->Resume();
  }
}

void ProcessService::Write(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const uint64_t id = reader.TakeNumber("process");
  const std::string text = reader.Has("data") ? reader.TakeText("data", kMaxFrameSize) : "";
  const bool close_after = reader.Has("close") && reader.TakeBool("close");
  const auto data = FromBase64(text);
  if (!data.ok()) reader.Refuse("data", data.error().message);
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto running = Find(id);
  if (!running.ok()) return reply(running.error());
  (*running)->process->Write(std::string(AsText(*data)), close_after, [reply](Result<void> written) {
    if (!written.ok()) return reply(std::move(written).error());
    reply(JsonValue::Object());
  });
}

void ProcessService::Signal(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const uint64_t id = reader.TakeNumber("process");
  const std::string name = reader.TakeText("signal");
  const auto signal = kSignals.find(name);
  if (signal == kSignals.end()) reader.Refuse("signal", "none of HUP INT QUIT KILL TERM STOP CONT USR1 USR2 WINCH");
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto running = Find(id);
  if (!running.ok()) return reply(running.error());
  if (const auto sent = (*running)->process->Signal(signal->second); !sent.ok()) return reply(sent.error());
  reply(JsonValue::Object());
}

void ProcessService::Kill(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const uint64_t id = reader.TakeNumber("process");
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto running = Find(id);
  if (!running.ok()) return reply(running.error());
  if (const auto killed = (*running)->process->KillTree(); !killed.ok()) return reply(killed.error());
  reply(JsonValue::Object());
}

void ProcessService::Resize(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const uint64_t id = reader.TakeNumber("process");
  const TerminalSize size = TakeTerminalSize(reader);
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto running = Find(id);
  if (!running.ok()) return reply(running.error());
  if (const auto resized = (*running)->process->Resize(size); !resized.ok()) return reply(resized.error());
  reply(JsonValue::Object());
}

void ProcessService::Widen(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const uint64_t id = reader.TakeNumber("process");
  const std::string stream = reader.TakeText("stream");
  const uint64_t bytes = reader.TakeNumber("bytes");
  if (stream != "stdout" && stream != "stderr") reader.Refuse("stream", "neither stdout nor stderr");
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  const auto running = Find(id);
  if (!running.ok()) return reply(running.error());
  reply(JsonValue::Object());
  const auto process = (*running)->process;
  process->Widen(stream == "stdout" ? Process::kOutput : Process::kError, bytes);
}

void ProcessService::Wait(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  const uint64_t id = reader.TakeNumber("process");
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  if (const auto ended = ended_.find(id); ended != ended_.end()) return reply(ended->second);
  const auto running = Find(id);
  if (!running.ok()) return reply(running.error());
  (*running)->waiting.push_back(reply);
}

void ProcessService::List(const JsonValue& parameters, const Reply& reply) {
  ParameterReader reader(parameters);
  if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
  JsonValue list = JsonValue::Array();
  for (const auto& [id, running] : running_) {
    list.Append(JsonValue::Object({{"process", id}, {"session", running.session}, {"pid", running.process->pid()}}));
  }
  reply(JsonValue::Object({{"processes", std::move(list)}}));
}

void ProcessService::Shutdown(std::function<void()> done) {
  shut_down_ = std::move(done);
  for (const auto& [id, running] : running_) (void)running.process->Signal(SIGTERM).ok();  // it may have ended already
  grace_.Start(kGrace, [this] {
    Log("process", std::to_string(running_.size()) + " processes did not end by themselves: killing them");
    shut_down_();
  });
  CheckShutdown();
}

void ProcessService::CheckShutdown() {
  if (!running_.empty()) return;
  if (grace_.Cancel()) shut_down_();
}

}  // namespace hallmark::guest
