// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/options.h"

#include <algorithm>
#include <cstdio>

// A comma is part of a path, and not between two.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <cxxopts.hpp>

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNextStep = "'sandbox-helper --help' tells the options";

/// The value of an option that has to be there and to be an absolute path.
Result<fs::path> AbsolutePath(const cxxopts::ParseResult& parsed, const std::string& option) {
  if (parsed.count(option) == 0) return UsageError("--" + option + " is missing").WithHint(kNextStep);
  const fs::path path = parsed[option].as<std::string>();
  if (!path.is_absolute()) return UsageError("--" + option + ": '" + path.string() + "' is not an absolute path");
  return path;
}

cxxopts::Options Description() {
  cxxopts::Options options("sandbox-helper", "Run one command of a session, isolated, in bubblewrap.");
  options.custom_help("--settings FILE --session-home DIR [OPTION...] -- COMMAND [ARGUMENT...]");
  options.add_options()("settings", "The policy: what the command may reach and write", cxxopts::value<std::string>(),
                        "FILE")("session-home", "The session's own directory", cxxopts::value<std::string>(), "DIR")(
      "workdir", "Where the command starts, in the session's directory (default: that directory)",
      cxxopts::value<std::string>(),
      "DIR")("read-only", "A path that may not be written, whatever the policy says; may be repeated",
             cxxopts::value<std::vector<std::string>>(), "PATH")("h,help", "Print this help");
  return options;
}

Result<Options> OptionsFrom(const cxxopts::ParseResult& parsed, std::vector<std::string> command) {
  Options options;
  ASSIGN_OR_RETURN(options.settings, AbsolutePath(parsed, "settings"));
  ASSIGN_OR_RETURN(options.session_home, AbsolutePath(parsed, "session-home"));
  options.working_directory = options.session_home;
  if (parsed.count("workdir") != 0) {
    ASSIGN_OR_RETURN(options.working_directory, AbsolutePath(parsed, "workdir"));
  }
  if (parsed.count("read-only") != 0) {
    for (const std::string& path : parsed["read-only"].as<std::vector<std::string>>()) {
      if (!path.starts_with('/')) return UsageError("--read-only: '" + path + "' is not an absolute path");
      options.read_only.emplace_back(path);
    }
  }
  if (command.empty() || command[0].empty()) return UsageError("no command after --").WithHint(kNextStep);
  options.command = std::move(command);
  return options;
}

}  // namespace

Result<std::optional<Options>> ParseOptions(const std::vector<std::string>& arguments) {
  cxxopts::Options description = Description();
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<const char*> argv = {"sandbox-helper"};
  for (auto argument = arguments.begin(); argument != separator; ++argument) argv.push_back(argument->c_str());
  std::vector<std::string> command;
  if (separator != arguments.end()) command.assign(separator + 1, arguments.end());
  try {
    const cxxopts::ParseResult parsed = description.parse(static_cast<int>(argv.size()), argv.data());
    if (parsed.count("help") != 0) {
      std::puts(description.help().c_str());
      return std::optional<Options>();
    }
    if (!parsed.unmatched().empty()) {
      return UsageError("unexpected argument '" + parsed.unmatched().front() + "'")
          .WithHint("the command follows after --");
    }
    ASSIGN_OR_RETURN(Options options, OptionsFrom(parsed, std::move(command)));
    return std::optional<Options>(std::move(options));
  } catch (const cxxopts::exceptions::exception& exception) {
    return UsageError(exception.what()).WithHint(kNextStep);
  }
}

}  // namespace hallmark::sandbox
