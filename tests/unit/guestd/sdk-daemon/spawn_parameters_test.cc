// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/spawn_parameters.h"

#include <string>
#include <utility>
#include <vector>

#include "lib/json/json_value.h"
#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::testing::ElementsAre;

JsonValue Parsed(std::string_view text) { return ParseJsonValue(text, 1 << 20, "parameters").value(); }

Session ActiveSession() {
  Session session;
  session.stored = {"a-b-c", 1001, "/sessions/a-b-c", {}, ""};
  session.mount_namespace = File();
  return session;
}

TEST(SpawnParameters, GoThroughTheSandbox) {
  ASSERT_OK_AND_ASSIGN(const SpawnParameters parameters,
                       ParseSpawnParameters(Parsed(R"({"session":"a-b-c","command":["ls","-l"]})")));
  Session session = ActiveSession();
  session.stored.record.directories = {{"x", "reports", true}, {"y", "work", false}, {"z", "missing", true}};
  session.attached = {"reports", "work"};
  ASSERT_OK_AND_ASSIGN(const SpawnRequest request, MakeSpawnRequest(parameters, session, true));
  EXPECT_THAT(request.argv,
              ElementsAre("/sessions/.programs/sandbox-helper", "--settings", "/sessions/.programs/srt-settings.json",
                          "--session-home", "/sessions/a-b-c", "--workdir", "/sessions/a-b-c", "--read-only",
                          "/sessions/a-b-c/mnt/reports", "--", "ls", "-l"));
  EXPECT_EQ(request.uid, 1001U);
  EXPECT_THAT(MakeSpawnRequest(parameters, session, false), HasError(ErrorKind::kUsage, "no sandbox-helper"));
}

TEST(SpawnParameters, HaveTheProtocolsNames) {
  ASSERT_OK_AND_ASSIGN(const SpawnParameters parameters, ParseSpawnParameters(Parsed(R"({
    "session":"a-b-c","command":["a"],"working_folder":"/usr","terminal":{"rows":5,"columns":7},"window":9,
    "memory":1,"cpu":2,"processes":3,"open_files":4,"environment":{"A":"b"},"sandbox":false})")));
  EXPECT_EQ(parameters.session, "a-b-c");
  EXPECT_EQ(parameters.working_directory, "/usr");
  EXPECT_EQ(parameters.terminal->rows, 5);
  EXPECT_EQ(parameters.terminal->columns, 7);
  EXPECT_EQ(parameters.window, 9U);
  EXPECT_EQ(parameters.limits, (CgroupLimits{.memory = 1, .cpu = 2, .processes = 3}));
  EXPECT_EQ(parameters.open_files, 4U);
  EXPECT_THAT(parameters.environment, ElementsAre("A=b"));
  EXPECT_FALSE(parameters.sandbox);
}

TEST(SpawnParameters, ChangeTheEnvironmentByName) {
  ASSERT_OK_AND_ASSIGN(const SpawnParameters parameters, ParseSpawnParameters(Parsed(R"({
    "session":"a-b-c","command":["env"],"sandbox":false,"environment":{"HOME":"/x","A":"b=c"}})")));
  ASSERT_OK_AND_ASSIGN(const SpawnRequest request, MakeSpawnRequest(parameters, ActiveSession(), false));
  EXPECT_THAT(request.environment, ::testing::Contains("HOME=/x"));
  EXPECT_THAT(request.environment, ::testing::Contains("A=b=c"));
  EXPECT_THAT(request.environment, ::testing::Not(::testing::Contains("HOME=/sessions/a-b-c")));
}

TEST(SpawnParameters, WhatIsWrongIsNamed) {
  for (const auto& [more, text] : std::vector<std::pair<std::string, std::string>>{
           {R"("command":[])", "command: empty"},
           {R"("command":[""])", "command: empty"},
           {R"("command":[7])", "command: not texts"},
           {R"("command":["a\u0000b"])", "command: not texts"},
           {R"("command":["a"],"environment":{"A=B":"c"})", "environment: not names with texts"},
           {R"("command":["a"],"environment":{"A":"c\u0000"})", "environment: not names with texts"},
           {R"("command":["a"],"terminal":{"rows":0,"columns":80})", "terminal.rows: not 1 to 65535"},
           {R"("command":["a"],"cpu":0)", "cpu: not 1 to 100000"},
           {R"("command":["a"],"open_files":99999999)", "open_files: more than"},
           {R"("command":["a"],"sandbox":0)", "sandbox: not true or false"},
           {R"("command":["a"],"user":"root")", "user: unknown here"}}) {
    EXPECT_THAT(ParseSpawnParameters(Parsed(R"({"session":"a-b-c",)" + more + "}")), HasError(ErrorKind::kUsage, text))
        << more;
  }
}

}  // namespace
}  // namespace hallmark::guest
