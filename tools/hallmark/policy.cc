// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "lib/json/json_value.h"
#include "lib/policy/matcher.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/program.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

/// Loads settings. A person wrote them, so errors in them are usage errors.
Result<Settings> LoadWrittenSettings(const std::string& path) {
  Result<Settings> settings = LoadSettings(path);
  if (settings.ok() || settings.error().kind != ErrorKind::kCorrupt) return settings;
  return UsageError(settings.error().message)
      .WithHint("srt-settings(5) describes the keys; with this file a guest would allow nothing");
}

Result<int> RunCheck(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark policy check", "FILE [OPTION...]", "Check settings as the guest would read them.");
  options.AddArgument("file", "FILE");
  cli::AddJsonOption(options);
  options.Require({"file"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  const std::string path = parsed->Text("file");
  const Result<Settings> settings = LoadWrittenSettings(path);
  if (parsed->Has("json")) {
    JsonValue json = JsonValue::Object({{"file", path}, {"valid", settings.ok()}});
    if (settings.ok()) {
      json.Set("allowedDomains", settings->network.allowed_domains.size());
      json.Set("deniedDomains", settings->network.denied_domains.size());
    } else {
      json.Set("message", settings.error().message);
    }
    output.PutJson(json);
    return settings.ok() ? 0 : ExitStatus(settings.error());
  }
  if (!settings.ok()) return settings.error();
  output.Print("%s: good, %zu allowed and %zu denied entries\n", path.c_str(), settings->network.allowed_domains.size(),
               settings->network.denied_domains.size());
  return 0;
}

JsonValue DecisionJson(const std::string& asked, const Decision& decision) {
  JsonValue json = JsonValue::Object({{"asked", asked},
                                      {"allowed", decision.allowed()},
                                      {"verdict", VerdictName(decision.verdict)},
                                      {"reason", decision.reason}});
  if (!decision.list.empty()) {
    json.Set("rule", JsonValue::Object({{"list", decision.list},
                                        {"entry", decision.rule.text},
                                        {"line", decision.rule.line},
                                        {"column", decision.rule.column}}));
  }
  return json;
}

Result<int> RunExplain(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark policy explain", "--settings FILE HOST:PORT [OPTION...]",
                       "Say whether a connection would be allowed, and by which entry. Exit status 3: it would not.");
  options.AddArgument("asked", "HOST:PORT");
  options.AddText("settings", "FILE", "The settings to decide by");
  cli::AddJsonOption(options);
  options.Require({"asked", "settings"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  const std::string asked = parsed->Text("asked");
  ASSIGN_OR_RETURN(const WrittenAuthority target,
                   SplitAuthority(asked).WithContext(asked).WithHint("it is HOST:PORT, as in example.com:443"));
  ASSIGN_OR_RETURN(const Settings settings, LoadWrittenSettings(parsed->Text("settings")));
  const Decision decision = Matcher(settings).Decide(target.host, target.port);
  if (parsed->Has("json")) {
    output.PutJson(DecisionJson(asked, decision));
  } else {
    output.Print("%s: %s\n", decision.allowed() ? "allow" : "deny", decision.reason.c_str());
  }
  return decision.allowed() ? 0 : cli::kDoesNotHold;
}

}  // namespace

Result<int> RunPolicy(const cli::Arguments& arguments, cli::Output& output) {
  static constexpr auto kSubcommands = std::to_array<cli::Verb>({
      {"check", "read srt-settings.json as the guest would", RunCheck},
      {"explain", "say whether HOST:PORT would be allowed, and why", RunExplain},
  });
  return cli::RunSubcommand({"hallmark policy", "what a sandboxed command may reach", kSubcommands}, arguments, output);
}

}  // namespace hallmark
