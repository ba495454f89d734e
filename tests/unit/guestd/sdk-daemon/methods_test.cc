// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/methods.h"

#include <optional>

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;

Result<JsonValue> Call(const MethodTable& methods, const std::string& name, const JsonValue& parameters) {
  std::optional<Result<JsonValue>> answer;
  methods.Call({1, name, parameters}, [&](Result<JsonValue> result) { answer = std::move(result); });
  return answer ? std::move(*answer) : Result<JsonValue>(InternalError("no answer"));
}

TEST(MethodTable, CallsByName) {
  MethodTable methods;
  methods.Add("double", [](const JsonValue& parameters, const Reply& reply) {
    ParameterReader reader(parameters);
    const uint64_t number = reader.TakeNumber("number");
    if (const auto finished = reader.Finish(); !finished.ok()) return reply(finished.error());
    reply(JsonValue::Object({{"number", number * 2}}));
  });
  ASSERT_OK_AND_ASSIGN(const JsonValue answer, Call(methods, "double", JsonValue::Object({{"number", 4}})));
  EXPECT_EQ(answer.Text(), R"({"number":8})");
  EXPECT_THAT(Call(methods, "double", JsonValue::Object()), HasError(ErrorKind::kUsage, "double: number: missing"));
  EXPECT_THAT(Call(methods, "double", JsonValue::Object({{"number", 1}, {"more", 1}})),
              HasError(ErrorKind::kUsage, "double: more: unknown here"));
}

TEST(MethodTable, RefusesParametersOfAMethodThatTakesNone) {
  MethodTable methods;
  methods.AddWithoutParameters("list", [](const Reply& reply) { reply(JsonValue::Object({{"list", "all"}})); });
  ASSERT_OK_AND_ASSIGN(const JsonValue answer, Call(methods, "list", JsonValue::Object()));
  EXPECT_EQ(answer.Text(), R"({"list":"all"})");
  EXPECT_THAT(Call(methods, "list", JsonValue::Object({{"delay", 5}})),
              HasError(ErrorKind::kUsage, "list: delay: unknown here"));
}

TEST(MethodTableDeathTest, HasOneMethodOfAName) {
  MethodTable methods;
  methods.AddWithoutParameters("list", [](const Reply&) {});
  EXPECT_DEATH(methods.AddWithoutParameters("list", [](const Reply&) {}), "");
}

TEST(MethodTable, NamesAMethodThatItLacks) {
  EXPECT_THAT(Call({}, "triple", JsonValue::Object()), HasError(ErrorKind::kUnsupported, "no method \"triple\""));
}

}  // namespace
}  // namespace hallmark::guest
