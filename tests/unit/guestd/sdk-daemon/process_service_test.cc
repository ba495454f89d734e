// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/process_service.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/matchers.h"
#include "tests/unit/guestd/sdk-daemon/services_fixture.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;

class ProcessServiceTest : public ServicesFixture {
 protected:
  ProcessServiceTest() {
    std::filesystem::create_directories(directory_ / "sessions");
    processes_.AddMethods(methods_);
  }
  SessionService sessions_{loop_, Options()};
  ProcessService processes_{loop_, sessions_, link_, false};
};

TEST_F(ProcessServiceTest, ListsWhatRuns) {
  ASSERT_OK_AND_ASSIGN(const JsonValue list, Call("process.list"));
  EXPECT_EQ(list.Text(), R"({"processes":[]})");
  EXPECT_EQ(processes_.count(), 0U);
  EXPECT_THAT(Call("process.list", R"({"all":true})"), HasError(ErrorKind::kUsage, "all: unknown here"));
}

TEST_F(ProcessServiceTest, RunsNothingWithoutASandboxOrASession) {
  EXPECT_THAT(Call("process.spawn", R"({"session":"a-b-c","command":["ls"],"sandbox":false})"),
              HasError(ErrorKind::kUsage, "runs nothing without its sandbox"));
  EXPECT_THAT(Call("process.spawn", R"({"session":"a-b-c","command":["ls"]})"),
              HasError(ErrorKind::kNotFound, "no session a-b-c"));
  EXPECT_THAT(Call("process.spawn", R"({"session":"a-b-c"})"), HasError(ErrorKind::kUsage, "command: missing"));
}

TEST_F(ProcessServiceTest, KnowsOnlyItsProcesses) {
  for (const auto& [method, parameters] :
       std::vector<std::pair<std::string, std::string>>{{"write", R"({"process":1,"data":"AA=="})"},
                                                        {"signal", R"({"process":1,"signal":"TERM"})"},
                                                        {"kill", R"({"process":1})"},
                                                        {"resize", R"({"process":1,"rows":2,"columns":3})"},
                                                        {"widen", R"({"process":1,"stream":"stdout","bytes":3})"},
                                                        {"wait", R"({"process":1})"}}) {
    EXPECT_THAT(Call("process." + method, parameters), HasError(ErrorKind::kNotFound, "no process 1")) << method;
  }
}

TEST_F(ProcessServiceTest, NamesTheParameterThatIsWrong) {
  EXPECT_THAT(Call("process.write", R"({"process":1,"data":"?"})"), HasError(ErrorKind::kUsage, "data: "));
  EXPECT_THAT(Call("process.signal", R"({"process":1,"signal":"SEGV"})"),
              HasError(ErrorKind::kUsage, "signal: none of"));
  EXPECT_THAT(Call("process.resize", R"({"process":1,"rows":0,"columns":3})"),
              HasError(ErrorKind::kUsage, "rows: not 1 to 65535"));
  EXPECT_THAT(Call("process.widen", R"({"process":1,"stream":"stdin","bytes":3})"),
              HasError(ErrorKind::kUsage, "neither stdout nor stderr"));
}

TEST_F(ProcessServiceTest, IsDownAtOnceWhereNothingRuns) {
  int down = 0;
  processes_.Shutdown([&] { ++down; });
  loop_.Run();
  EXPECT_EQ(down, 1);
  EXPECT_THAT(Call("process.spawn", R"({"session":"a-b-c","command":["ls"]})"),
              HasError(ErrorKind::kIo, "the guest is shutting down"));
}

}  // namespace
}  // namespace hallmark::guest
