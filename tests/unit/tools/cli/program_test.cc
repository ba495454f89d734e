// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/program.h"

#include <array>

#include "tests/support/captured_output.h"
#include "tests/support/matchers.h"

namespace hallmark::cli {
namespace {

using hallmark::testing::CapturedOutput;

/// Prints its arguments, and ends with the exit status 3.
Result<int> Echo(const Arguments& arguments, Output& output) {
  for (const std::string& argument : arguments) output.Puts(argument);
  return kDoesNotHold;
}

Result<int> Group(const Arguments& arguments, Output& output) {
  static constexpr auto kVerbs =
      std::to_array<Verb>({{"echo", "print the arguments", Echo}, {"other", "do the same", Echo}});
  return RunSubcommand({"tool group", "what groups", kVerbs}, arguments, output);
}

constexpr auto kVerbs = std::to_array<Verb>({{"echo", "print the arguments", Echo}, {"group", "group verbs", Group}});
constexpr Program kProgram = {.name = "tool", .summary = "Does things.", .version = "1.0", .verbs = kVerbs};

TEST(ProgramTest, RunsAVerbWithItsArguments) {
  CapturedOutput captured;
  EXPECT_EQ(RunVerb(kProgram, {"echo", "--help", "a b"}, captured.output()).value(), 3);
  EXPECT_EQ(captured.results(), "--help\na b\n");
}

TEST(ProgramTest, RunsASubcommandWithItsArguments) {
  CapturedOutput captured;
  EXPECT_EQ(RunVerb(kProgram, {"group", "other", "x"}, captured.output()).value(), 3);
  EXPECT_EQ(captured.results(), "x\n");
}

TEST(ProgramTest, Help) {
  for (const char* word : {"--help", "-h", "help"}) {
    CapturedOutput captured;
    EXPECT_EQ(RunVerb(kProgram, {word}, captured.output()).value(), 0);
    EXPECT_EQ(captured.results(),
              "Usage: tool VERB [OPTION...]\n\nDoes things.\n\nVerbs:\n"
              "  echo           print the arguments\n"
              "  group          group verbs\n\n"
              "'tool VERB --help' lists the options of a verb; so does its man page, tool-VERB(1).\n");
  }
  CapturedOutput captured;
  EXPECT_EQ(RunVerb(kProgram, {"group", "-h"}, captured.output()).value(), 0);
  EXPECT_EQ(captured.results(),
            "tool group echo|other: what groups\n\n  echo   print the arguments\n  other  do the same\n\n"
            "'tool group echo --help' lists the options of one.\n");
}

TEST(ProgramTest, Version) {
  CapturedOutput captured;
  EXPECT_EQ(RunVerb(kProgram, {"--version"}, captured.output()).value(), 0);
  EXPECT_EQ(captured.results(), "tool 1.0\n");
}

TEST(ProgramTest, UsageErrors) {
  const auto error = [](const Arguments& arguments) {
    CapturedOutput captured;
    Result<int> result = RunVerb(kProgram, arguments, captured.output());
    EXPECT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
    return result.error().message + "\n" + result.error().hint;
  };
  EXPECT_EQ(error({}), "no verb given\n'tool --help' lists them");
  EXPECT_EQ(error({"eco"}), "no verb 'eco'\ndid you mean 'echo'? 'tool --help' lists them");
  EXPECT_EQ(error({"xyz"}), "no verb 'xyz'\n'tool --help' lists them");
  EXPECT_EQ(error({"group"}), "no subcommand given\n'tool group --help' lists them");
  EXPECT_EQ(error({"group", "othr"}), "no subcommand 'othr'\ndid you mean 'other'? 'tool group --help' lists them");
}

TEST(ProgramTest, TheExitStatusIsThatOfTheVerb) {
  std::string name = "tool";
  std::string verb = "echo";
  char* argv[] = {name.data(), verb.data(), nullptr};
  EXPECT_EQ(RunProgram(kProgram, 2, argv), 3);
  EXPECT_EQ(RunProgram(kProgram, 1, argv), 2);
}

}  // namespace
}  // namespace hallmark::cli
