// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/spawn_parameters.h"

#include <map>

#include "guestd/sdk-daemon/methods.h"
#include "guestd/sdk-daemon/session_parameters.h"

namespace hallmark::guest {
namespace {

constexpr size_t kMaxArguments = 10000;
constexpr size_t kMaxArgumentSize = 128 << 10;  // the kernel's MAX_ARG_STRLEN

bool HasNul(const std::string& text) { return text.find('\0') != std::string::npos; }

std::vector<std::string> TakeCommand(ObjectReader& reader) {
  std::vector<std::string> command;
  for (const Json* entry : TakeEntries(reader, "command", kMaxArguments)) {
    auto argument = TextOf(*entry);
    if (!argument || argument->size() > kMaxArgumentSize || HasNul(*argument)) {
      reader.Refuse("command", "not texts of at most 128 KiB without NUL");
      return {};
    }
    command.push_back(*std::move(argument));
  }
  if (command.empty() || command[0].empty()) reader.Refuse("command", "empty");
  return command;
}

std::vector<std::string> TakeEnvironment(ObjectReader& reader) {
  std::vector<std::string> environment;
  for (const auto& [name, value] : TakeMembers(reader, "environment")) {
    const auto text = TextOf(*value);
    if (name.empty() || name.find('=') != std::string::npos || HasNul(name) || !text || HasNul(*text)) {
      reader.Refuse("environment", "not names with texts");
      break;
    }
    environment.push_back(name + "=" + *text);
  }
  return environment;
}

/// The session's environment, with `changes` applied: one value for each name.
std::vector<std::string> EnvironmentOf(const Session& session, const SpawnParameters& parameters) {
  const StoredSession& stored = session.stored;
  std::map<std::string, std::string> variables = {
      {"HOME", stored.home.string()},
      {"USER", stored.name},
      {"LOGNAME", stored.name},
      {"SHELL", "/bin/bash"},
      {"LANG", "C.UTF-8"},
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
  };
  if (parameters.terminal) variables["TERM"] = "xterm-256color";
  for (const std::string& change : parameters.environment) {
    const size_t equals = change.find('=');
    variables[change.substr(0, equals)] = change.substr(equals + 1);
  }
  std::vector<std::string> environment;
  environment.reserve(variables.size());
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

}  // namespace

TerminalSize TakeTerminalSize(ObjectReader& reader) {
  const auto take = [&](std::string_view key) {
    const uint64_t number = reader.TakeNumber(key);
    if (number < 1 || number > UINT16_MAX) reader.Refuse(key, "not 1 to 65535");
    return static_cast<uint16_t>(number);
  };
  const uint16_t rows = take("rows");
  return {rows, take("columns")};
}

Result<SpawnParameters> ParseSpawnParameters(const JsonValue& parameters) {
  ParameterReader reader(parameters);
  SpawnParameters spawn;
  spawn.session = reader.TakeText("session");
  spawn.command = TakeCommand(reader);
  if (reader.Has("environment")) spawn.environment = TakeEnvironment(reader);
  if (reader.Has("working_folder")) spawn.working_directory = reader.TakeText("working_folder", 4096);
  if (HasNul(spawn.working_directory)) reader.Refuse("working_folder", "has a NUL");
  if (reader.Has("terminal")) {
    ParameterReader terminal(reader.Take("terminal"), "terminal");
    spawn.terminal = TakeTerminalSize(terminal);
    RETURN_IF_ERROR(terminal.Finish());
  }
  if (reader.Has("window")) spawn.window = reader.TakeNumber("window");
  spawn.limits = TakeLimits(reader);
  spawn.open_files = TakeOpenFiles(reader);
  if (reader.Has("sandbox")) spawn.sandbox = reader.TakeBool("sandbox");
  RETURN_IF_ERROR(reader.Finish());
  return spawn;
}

Result<SpawnRequest> MakeSpawnRequest(const SpawnParameters& parameters, const Session& session, bool programs) {
  const StoredSession& stored = session.stored;
  SpawnRequest request;
  request.environment = EnvironmentOf(session, parameters);
  request.working_directory =
      parameters.working_directory.empty() ? stored.home.string() : parameters.working_directory;
  request.uid = stored.uid;
  request.mount_namespace = &*session.mount_namespace;
  request.open_files = parameters.open_files ? parameters.open_files : stored.record.open_files;
  request.terminal = parameters.terminal;
  if (!parameters.sandbox) {
    request.argv = parameters.command;
    return request;
  }
  if (!programs) {
    return UsageError("there is no sandbox-helper to run the command in")
        .WithHint("install a smol-bin image, or start the daemon with --programs");
  }
  const std::filesystem::path directory = stored.home.parent_path() / kProgramsName;
  request.argv = {directory / "sandbox-helper",
                  "--settings",
                  directory / "srt-settings.json",
                  "--session-home",
                  stored.home,
                  "--workdir",
                  request.working_directory};
  for (const SharedDirectory& shared : stored.record.directories) {
    if (!shared.read_only || !session.attached.contains(shared.name)) continue;
    request.argv.insert(request.argv.end(), {"--read-only", stored.home / "mnt" / shared.name});
  }
  request.argv.emplace_back("--");
  request.argv.insert(request.argv.end(), parameters.command.begin(), parameters.command.end());
  request.working_directory = stored.home;
  return request;
}

}  // namespace hallmark::guest
