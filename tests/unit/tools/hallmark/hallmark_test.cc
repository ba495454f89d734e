// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"
#include "tools/cli/verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(HallmarkTest, HelpListsEveryVerb) {
  const std::string help = RunWell({"--help"});
  EXPECT_THAT(help, StartsWith("Usage: hallmark VERB [OPTION...]\n"));
  for (const cli::Verb& verb : cli::Verbs()) {
    EXPECT_THAT(help,
                ::testing::ContainsRegex("\n  " + std::string(verb.name) + " +" + std::string(verb.summary) + "\n"));
  }
}

TEST(HallmarkTest, Version) { EXPECT_EQ(RunWell({"--version"}), "hallmark 1.2.3\n"); }

TEST(HallmarkTest, UsageErrors) {
  ExpectUsageError({}, "no verb given", "'hallmark --help' lists them");
  ExpectUsageError({"verfy"}, "no verb 'verfy'", "did you mean 'verify'? 'hallmark --help' lists them");
  ExpectUsageError({"xxxxxxxx"}, "no verb 'xxxxxxxx'", "'hallmark --help' lists them");
}

TEST(HallmarkTest, EveryVerbPrintsItsHelp) {
  for (const cli::Verb& verb : cli::Verbs()) {
    const std::string name(verb.name);
    EXPECT_THAT(RunWell({name, "--help"}), HasSubstr("hallmark " + name + " ")) << name;
  }
}

}  // namespace
}  // namespace hallmark::testing
