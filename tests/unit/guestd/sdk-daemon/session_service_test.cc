// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_service.h"

#include <filesystem>
#include <string>

#include "tests/support/matchers.h"
#include "tests/unit/guestd/sdk-daemon/services_fixture.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::WriteFile;

class SessionServiceTest : public ServicesFixture {};

TEST_F(SessionServiceTest, TellsWhyThereAreNoSessions) {
  SessionService sessions(loop_, Options("no disk"));
  sessions.AddMethods(methods_);
  sessions.Recover();
  for (const char* method : {"create", "resume", "delete", "limit", "mount", "unmount"}) {
    EXPECT_THAT(Call(std::string("session.") + method), HasError(ErrorKind::kIo, "sessions can't work: no disk"))
        << method;
  }
  ASSERT_OK_AND_ASSIGN(const JsonValue list, Call("session.list"));
  EXPECT_EQ(list.Text(), R"({"sessions":[],"trouble":"no disk"})");
}

TEST_F(SessionServiceTest, KeepsTheTroubleThatItFinds) {
  WriteFile(directory_ / "sessions/.hallmark", "not a directory");
  SessionService sessions(loop_, Options());
  sessions.AddMethods(methods_);
  sessions.Recover();
  EXPECT_NE(sessions.trouble(), "");
  EXPECT_THAT(Call("session.create"), HasError(ErrorKind::kIo, "must be a directory"));
}

TEST_F(SessionServiceTest, KnowsOnlyItsSessions) {
  std::filesystem::create_directories(directory_ / "sessions");
  SessionService sessions(loop_, Options());
  sessions.AddMethods(methods_);
  sessions.Recover();
  EXPECT_EQ(sessions.trouble(), "");
  EXPECT_EQ(sessions.count(), 0U);
  EXPECT_THAT(sessions.Find("a-b-c"), HasError(ErrorKind::kNotFound, "no session a-b-c"));
  EXPECT_THAT(sessions.Active("a-b-c"), HasError(ErrorKind::kNotFound, "no session a-b-c"));
  for (const char* method : {"resume", "delete", "limit"}) {
    EXPECT_THAT(Call(std::string("session.") + method, R"({"session":"a-b-c"})"),
                HasError(ErrorKind::kNotFound, "no session a-b-c"))
        << method;
  }
  loop_.Run();
}

TEST_F(SessionServiceTest, NamesTheParameterThatIsWrong) {
  std::filesystem::create_directories(directory_ / "sessions");
  SessionService sessions(loop_, Options());
  sessions.AddMethods(methods_);
  sessions.Recover();
  EXPECT_THAT(Call("session.create", R"({"name":"x"})"), HasError(ErrorKind::kUsage, "session name 'x'"));
  EXPECT_THAT(Call("session.create", R"({"cpu":0})"), HasError(ErrorKind::kUsage, "cpu: not 1 to 100000"));
  EXPECT_THAT(Call("session.create", R"({"user":1})"), HasError(ErrorKind::kUsage, "user: unknown here"));
  EXPECT_THAT(Call("session.mount", R"({"session":"a-b-c","folders":{}})"),
              HasError(ErrorKind::kUsage, "folders: not a list"));
  EXPECT_THAT(Call("session.unmount", R"({"session":"a-b-c"})"), HasError(ErrorKind::kUsage, "name: missing"));
  loop_.Run();
}

}  // namespace
}  // namespace hallmark::guest
