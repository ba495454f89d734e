// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/program.h"

#include <algorithm>
#include <string>

#include "lib/base/nearest.h"
#include "lib/base/run_main.h"
#include "tools/cli/output.h"

namespace hallmark::cli {
namespace {

/// The verbs of a help text, one per line, with their names padded to `width`.
std::string VerbLines(std::span<const Verb> verbs, size_t width) {
  std::string lines;
  for (const Verb& verb : verbs) {
    std::string name(verb.name);
    name.resize(std::max(width, name.size()), ' ');
    lines.append("  ").append(name).append(verb.summary).append("\n");
  }
  return lines;
}

std::string ProgramHelp(const Program& program) {
  constexpr size_t kNameWidth = 15;
  const std::string name(program.name);
  return "Usage: " + name + " VERB [OPTION...]\n\n" + std::string(program.summary) + "\n\nVerbs:\n" +
         VerbLines(program.verbs, kNameWidth) + "\n'" + name +
         " VERB --help' lists the options of a verb; so does its man page, " + name + "-VERB(1).";
}

std::string GroupHelp(const VerbGroup& group) {
  size_t width = 0;
  std::string names;
  for (const Verb& verb : group.verbs) {
    width = std::max(width, verb.name.size());
    names.append(names.empty() ? "" : "|").append(verb.name);
  }
  const std::string name(group.name);
  return name + " " + names + ": " + std::string(group.summary) + "\n\n" + VerbLines(group.verbs, width + 2) + "\n'" +
         name + " " + std::string(group.verbs.front().name) + " --help' lists the options of one.";
}

const Verb* FindVerb(std::span<const Verb> verbs, std::string_view name) {
  const auto verb = std::find_if(verbs.begin(), verbs.end(), [&](const Verb& v) { return v.name == name; });
  return verb == verbs.end() ? nullptr : &*verb;
}

/// "no KIND 'NAME'", with the most similar name and where all names are listed.
Error NoSuch(std::string_view kind, const std::string& name, std::span<const Verb> verbs, std::string_view program) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs) names.emplace_back(verb.name);
  const std::vector<std::string> nearest = NearestNames(name, names, 1);
  return UsageError("no " + std::string(kind) + " '" + name + "'")
      .WithHint((nearest.empty() ? "'" : "did you mean '" + nearest.front() + "'? '") + std::string(program) +
                " --help' lists them");
}

}  // namespace

Result<int> RunVerb(const Program& program, const Arguments& arguments, Output& output) {
  const std::string program_name(program.name);
  if (arguments.empty()) return UsageError("no verb given").WithHint("'" + program_name + " --help' lists them");
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    output.Puts(ProgramHelp(program));
    return 0;
  }
  if (name == "--version") {
    output.Puts(program_name + " " + std::string(program.version));
    return 0;
  }
  const Verb* const verb = FindVerb(program.verbs, name);
  if (verb == nullptr) return NoSuch("verb", name, program.verbs, program.name);
  return verb->run({arguments.begin() + 1, arguments.end()}, output);
}

Result<int> RunSubcommand(const VerbGroup& group, const Arguments& arguments, Output& output) {
  if (arguments.empty()) {
    return UsageError("no subcommand given").WithHint("'" + std::string(group.name) + " --help' lists them");
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h") {
    output.Puts(GroupHelp(group));
    return 0;
  }
  const Verb* const verb = FindVerb(group.verbs, name);
  if (verb == nullptr) return NoSuch("subcommand", name, group.verbs, group.name);
  return verb->run({arguments.begin() + 1, arguments.end()}, output);
}

int RunProgram(const Program& program, int argc, char** argv) {
  return RunMain(program.name, argc, argv, [&](const Arguments& arguments) {
    Output output(stdout, stderr);
    return RunVerb(program, arguments, output);
  });
}

}  // namespace hallmark::cli
