// SPDX-License-Identifier: Apache-2.0
#include "lib/json/json_value.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ::hallmark::testing::HasError;

TEST(JsonValue, IsWrittenAsItWasMade) {
  JsonValue list = JsonValue::Array();
  list.Append(1).Append(-2).Append("three").Append(nullptr);
  const JsonValue value = JsonValue::Object({{"text", std::string("a\"b")},
                                             {"list", list},
                                             {"truth", true},
                                             {"large", UINT64_MAX},
                                             {"some", std::optional<uint64_t>(7)},
                                             {"none", std::optional<uint64_t>()}});
  EXPECT_EQ(
      value.Text(),
      R"({"text":"a\"b","list":[1,-2,"three",null],"truth":true,"large":18446744073709551615,"some":7,"none":null})");
}

TEST(JsonValue, CopiesAreTheirOwn) {
  const JsonValue first = JsonValue::Object({{"a", 1}});
  JsonValue second = first;
  second.Set("a", 2).Set("b", 3);
  EXPECT_EQ(first.Text(), R"({"a":1})");
  EXPECT_EQ(second.Text(), R"({"a":2,"b":3})");
  second = first;
  EXPECT_EQ(second.Text(), R"({"a":1})");
}

TEST(JsonValue, GivesNumbersOfItsMembers) {
  const JsonValue value = JsonValue::Object({{"a", 5}, {"b", -5}, {"c", "5"}});
  EXPECT_EQ(value.Number("a"), 5U);
  EXPECT_EQ(value.Number("b"), std::nullopt);
  EXPECT_EQ(value.Number("c"), std::nullopt);
  EXPECT_EQ(value.Number("d"), std::nullopt);
}

TEST(JsonValue, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(JsonValue("\xff").Text(), "\"\xef\xbf\xbd\"");
  EXPECT_EQ(JsonValue::Object({{"a", "\xff"}}).CanonicalText(), "{\n  \"a\": \"\xef\xbf\xbd\"\n}\n");
}

TEST(JsonValue, SaysWhereItsTextIsBad) {
  EXPECT_THAT(ParseJsonValue("{", 100, "it"), HasError(ErrorKind::kCorrupt, "it:1:"));
}

TEST(JsonValue, Values) {
  EXPECT_EQ(JsonValue().Text(), "null");
  EXPECT_EQ(JsonValue(true).Text(), "true");
  EXPECT_EQ(JsonValue(0.25).Text(), "0.25");
  EXPECT_EQ(JsonValue(12.0).Text(), "12.0");
  EXPECT_EQ(JsonValue(UINT64_MAX).Text(), "18446744073709551615");
  EXPECT_EQ(JsonValue(uint8_t{7}).Text(), "7");
  EXPECT_EQ(JsonValue("text").Text(), "\"text\"");
  EXPECT_EQ(JsonValue(std::string("a\0b", 3)).Text(), "\"a\\u0000b\"");
  EXPECT_EQ(JsonValue(std::vector<std::string>{"a", "b"}).Text(), R"(["a","b"])");
  EXPECT_EQ(JsonValue(std::vector<uint64_t>()).Text(), "[]");
}

TEST(JsonValue, ObjectsKeepTheirOrder) {
  JsonValue json = JsonValue::Object({{"z", uint64_t{1}}, {"a", "x"}});
  json.Set("m", JsonValue::Array().Append(true).Append(JsonValue::Object({{"k", JsonValue()}})));
  EXPECT_EQ(json.CanonicalText(), R"({
  "z": 1,
  "a": "x",
  "m": [
    true,
    {
      "k": null
    }
  ]
}
)");
  EXPECT_EQ(JsonValue::Object({}).Text(), "{}");
}

TEST(JsonValue, AssignmentsAreTheirOwn) {
  JsonValue first = JsonValue::Object({{"a", "x"}});
  JsonValue second = first;
  second.Set("b", "y");
  EXPECT_EQ(first.Text(), R"({"a":"x"})");
  first = second;
  EXPECT_EQ(first.Text(), second.Text());
}

TEST(JsonValue, ATextThatIsNotUtf8IsReplaced) { EXPECT_EQ(JsonValue("a\xFF").Text(), "\"a\xEF\xBF\xBD\""); }

}  // namespace
}  // namespace hallmark
