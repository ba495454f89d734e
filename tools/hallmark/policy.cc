// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cxxopts.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "lib/policy/matcher.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

using Json = nlohmann::ordered_json;

/// Settings are a file that a person wrote: what is wrong in it is a matter of usage.
Result<Settings> LoadWrittenSettings(const std::string& path) {
  Result<Settings> settings = LoadSettings(path);
  if (settings.ok() || settings.error().kind != ErrorKind::kCorrupt) return settings;
  return UsageError(settings.error().message).WithHint("srt-settings(5) tells the keys; a guest would allow nothing");
}

Result<int> RunCheck(const Arguments& arguments) {
  cxxopts::Options options("hallmark policy check", "Check settings, as the guest would read them.");
  options.custom_help("FILE [OPTION...]");
  options.positional_help("");
  options.add_options()("file", "The settings", cxxopts::value<std::string>(), "FILE")("json",
                                                                                       "Print the result as JSON");
  options.parse_positional({"file"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("file") == 0) return UsageError("no file named").WithHint("hallmark policy check FILE");
  const std::string path = (*parsed)["file"].as<std::string>();
  const Result<Settings> settings = LoadWrittenSettings(path);
  if (parsed->count("json") != 0) {
    Json json = {{"file", path}, {"valid", settings.ok()}};
    if (settings.ok()) {
      json["allowedDomains"] = settings->network.allowed_domains.size();
      json["deniedDomains"] = settings->network.denied_domains.size();
    } else {
      json["message"] = settings.error().message;
    }
    PutJson(json);
    return settings.ok() ? 0 : ExitStatus(settings.error());
  }
  if (!settings.ok()) return settings.error();
  std::printf("%s: good, %zu allowed and %zu denied entries\n", path.c_str(), settings->network.allowed_domains.size(),
              settings->network.denied_domains.size());
  return 0;
}

Json DecisionJson(const std::string& asked, const Decision& decision) {
  Json json = {{"asked", asked},
               {"allowed", decision.allowed()},
               {"verdict", VerdictName(decision.verdict)},
               {"reason", decision.reason}};
  if (!decision.list.empty()) {
    json["rule"] = {{"list", decision.list},
                    {"entry", decision.rule.text},
                    {"line", decision.rule.line},
                    {"column", decision.rule.column}};
  }
  return json;
}

Result<int> RunExplain(const Arguments& arguments) {
  cxxopts::Options options(
      "hallmark policy explain",
      "Say whether a connection would be allowed, and by which entry. Exit status 3: it would not.");
  options.custom_help("--settings FILE HOST:PORT [OPTION...]");
  options.positional_help("");
  options.add_options()("asked", "Where a command wants to connect to", cxxopts::value<std::string>(), "HOST:PORT")(
      "settings", "The settings to go by", cxxopts::value<std::string>(), "FILE")("json", "Print the result as JSON");
  options.parse_positional({"asked"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  for (const char* needed : {"asked", "settings"}) {
    if (parsed->count(needed) == 0) {
      return UsageError("it is 'hallmark policy explain --settings FILE HOST:PORT'");
    }
  }
  const std::string asked = (*parsed)["asked"].as<std::string>();
  ASSIGN_OR_RETURN(const WrittenAuthority target,
                   SplitAuthority(asked).WithContext(asked).WithHint("it is HOST:PORT, as in example.com:443"));
  ASSIGN_OR_RETURN(const Settings settings, LoadWrittenSettings((*parsed)["settings"].as<std::string>()));
  const Decision decision = Matcher(settings).Decide(target.host, target.port);
  if (parsed->count("json") != 0) {
    PutJson(DecisionJson(asked, decision));
  } else {
    std::printf("%s: %s\n", decision.allowed() ? "allow" : "deny", decision.reason.c_str());
  }
  return decision.allowed() ? 0 : kDoesNotHold;
}

}  // namespace

Result<int> RunPolicy(const Arguments& arguments) {
  static constexpr std::string_view kUsage =
      "hallmark policy check|explain: what a sandboxed command may reach\n\n"
      "  check    read srt-settings.json as the guest would\n"
      "  explain  say whether HOST:PORT would be allowed, and why\n\n"
      "'hallmark policy explain --help' tells the options of one.";
  const std::string verb = arguments.empty() ? "" : arguments[0];
  const Arguments rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  if (verb == "check") return RunCheck(rest);
  if (verb == "explain") return RunExplain(rest);
  if (verb == "--help" || verb == "-h") {
    std::printf("%s\n", std::string(kUsage).c_str());
    return 0;
  }
  return UsageError(verb.empty() ? "no subcommand" : "no such subcommand: " + verb)
      .WithHint("it is one of check and explain");
}

}  // namespace hallmark
