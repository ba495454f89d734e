// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_parameters.h"

#include <string>
#include <string_view>

#include "guestd/sdk-daemon/methods.h"
#include "lib/json/json_value.h"
#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

JsonValue Parameters(std::string_view text) { return ParseJsonValue(text, 1 << 20, "parameters").value(); }

TEST(TakeLimits, TakesThoseThatAreThere) {
  const JsonValue value = Parameters(R"({"memory":1,"cpu":100000})");
  ParameterReader reader(value);
  EXPECT_EQ(TakeLimits(reader), (CgroupLimits{.memory = 1, .cpu = 100000}));
  EXPECT_OK(reader.Finish());
  for (const char* text : {R"({"cpu":0})", R"({"cpu":100001})"}) {
    const JsonValue wrong = Parameters(text);
    ParameterReader refusing(wrong);
    (void)TakeLimits(refusing);
    EXPECT_THAT(refusing.Finish(), HasError(ErrorKind::kUsage, "cpu: not 1 to 100000")) << text;
  }
}

TEST(TakeOpenFiles, HasAnUpperBound) {
  for (const auto& [text, good] :
       {std::pair{R"({"open_files":1048576})", true}, std::pair{R"({"open_files":1048577})", false}}) {
    const JsonValue value = Parameters(text);
    ParameterReader reader(value);
    EXPECT_TRUE(TakeOpenFiles(reader).has_value());
    EXPECT_EQ(reader.Finish().ok(), good) << text;
  }
  const JsonValue none = Parameters("{}");
  ParameterReader reader(none);
  EXPECT_FALSE(TakeOpenFiles(reader).has_value());
}

TEST(TakeDirectories, AreTakenInTheirOrder) {
  const JsonValue value =
      Parameters(R"({"folders":[{"source":"a/b","name":"b"},{"source":"c","name":"d","read_only":true}]})");
  ParameterReader reader(value);
  ASSERT_OK_AND_ASSIGN(const auto directories, TakeDirectories(reader));
  EXPECT_THAT(directories, ElementsAre(SharedDirectory{"a/b", "b", false}, SharedDirectory{"c", "d", true}));
}

TEST(TakeDirectories, NamesTheMemberThatIsWrong) {
  for (const auto& [text, message] : {std::pair{R"({"folders":[7]})", "folders: not an object"},
                                      std::pair{R"({"folders":[{"source":"a"}]})", "folders.name: missing"}}) {
    const JsonValue value = Parameters(text);
    ParameterReader reader(value);
    EXPECT_THAT(TakeDirectories(reader), HasError(ErrorKind::kUsage, message)) << text;
  }
  JsonValue many = JsonValue::Array();
  for (int i = 0; i < 101; ++i) many.Append(JsonValue::Object({{"source", "a"}, {"name", "b"}}));
  const JsonValue value = JsonValue::Object({{"folders", many}});
  ParameterReader reader(value);
  ASSERT_OK_AND_ASSIGN(const auto none, TakeDirectories(reader));
  EXPECT_THAT(none, IsEmpty());
  EXPECT_THAT(reader.Finish(), HasError(ErrorKind::kUsage, "folders: more than 100 entries"));
}

}  // namespace
}  // namespace hallmark::guest
