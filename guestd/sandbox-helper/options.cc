// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/options.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string_view>

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHelp = R"(Run one command of a session, isolated, in bubblewrap.
Usage:
  sandbox-helper --settings FILE --session-home DIR [OPTION...] -- COMMAND [ARGUMENT...]

      --settings FILE     The policy: what the command may reach and write
      --session-home DIR  The session's own directory
      --workdir DIR       Where the command starts, in the session's directory (default: that directory)
      --read-only PATH    A path that may not be written, whatever the policy says; may be repeated
  -h, --help              Print this help
)";
constexpr const char* kNextStep = "'sandbox-helper --help' lists the options";

/// The values of each option by its name, in the order given.
using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Parses "--NAME VALUE" and "--NAME=VALUE".
Result<Values> TakeValues(const std::vector<std::string>& arguments) {
  Values values = {{"settings", {}}, {"session-home", {}}, {"workdir", {}}, {"read-only", {}}};
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    if (!argument->starts_with("-")) {
      return UsageError("unexpected argument '" + *argument + "'").WithHint("the command follows after --");
    }
    const size_t equals = argument->find('=');
    const std::string name = argument->substr(0, equals);
    const auto option = name.starts_with("--") ? values.find(std::string_view(name).substr(2)) : values.end();
    if (option == values.end()) return UsageError("unknown option '" + name + "'").WithHint(kNextStep);
    if (equals != std::string::npos) {
      option->second.push_back(argument->substr(equals + 1));
    } else if (std::next(argument) == arguments.end()) {
      return UsageError(name + ": a value is missing").WithHint(kNextStep);
    } else {
      option->second.push_back(*++argument);
    }
  }
  return values;
}

Result<fs::path> AbsolutePath(const std::string& option, const std::string& value) {
  if (value.starts_with('/')) return fs::path(value);
  return UsageError("--" + option + ": '" + value + "' is not an absolute path");
}

/// The path of a required option. If it is given twice, the last one counts.
Result<fs::path> RequiredPath(const Values& values, const std::string& option) {
  const auto& given = values.at(option);
  if (given.empty()) return UsageError("--" + option + " is missing").WithHint(kNextStep);
  return AbsolutePath(option, given.back());
}

}  // namespace

Result<std::optional<Options>> ParseOptions(const std::vector<std::string>& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  const std::vector<std::string> own(arguments.begin(), separator);
  const auto is_help = [](const std::string& argument) { return argument == "-h" || argument == "--help"; };
  if (std::any_of(own.begin(), own.end(), is_help)) {
    std::fputs(kHelp, stdout);
    return std::optional<Options>();
  }
  ASSIGN_OR_RETURN(const Values values, TakeValues(own));
  Options options;
  ASSIGN_OR_RETURN(options.settings, RequiredPath(values, "settings"));
  ASSIGN_OR_RETURN(options.session_home, RequiredPath(values, "session-home"));
  options.working_directory = options.session_home;
  if (!values.at("workdir").empty()) {
    ASSIGN_OR_RETURN(options.working_directory, RequiredPath(values, "workdir"));
  }
  for (const std::string& value : values.at("read-only")) {
    ASSIGN_OR_RETURN(fs::path path, AbsolutePath("read-only", value));
    options.read_only.push_back(std::move(path));
  }
  if (separator != arguments.end()) options.command.assign(separator + 1, arguments.end());
  if (options.command.empty() || options.command[0].empty()) {
    return UsageError("no command after --").WithHint(kNextStep);
  }
  return std::optional(std::move(options));
}

}  // namespace hallmark::sandbox
