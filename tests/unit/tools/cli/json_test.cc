// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/json.h"

#include <gtest/gtest.h>

namespace hallmark::cli {
namespace {

TEST(JsonTest, Values) {
  EXPECT_EQ(Json().Text(), "null");
  EXPECT_EQ(Json(true).Text(), "true");
  EXPECT_EQ(Json(0.25).Text(), "0.25");
  EXPECT_EQ(Json(12.0).Text(), "12.0");
  EXPECT_EQ(Json(UINT64_MAX).Text(), "18446744073709551615");
  EXPECT_EQ(Json(uint8_t{7}).Text(), "7");
  EXPECT_EQ(Json("text").Text(), "\"text\"");
  EXPECT_EQ(Json(std::string("a\0b", 3)).Text(), "\"a\\u0000b\"");
  EXPECT_EQ(Json(std::vector<std::string>{"a", "b"}).Text(), "[\n  \"a\",\n  \"b\"\n]");
  EXPECT_EQ(Json(std::vector<uint64_t>()).Text(), "[]");
}

TEST(JsonTest, ObjectsKeepTheirOrder) {
  Json json = Json::Object({{"z", uint64_t{1}}, {"a", "x"}});
  json.Set("m", Json::Array().Add(true).Add(Json::Object({{"k", Json()}})));
  EXPECT_EQ(json.Text(), R"({
  "z": 1,
  "a": "x",
  "m": [
    true,
    {
      "k": null
    }
  ]
})");
  EXPECT_EQ(Json::Object({}).Text(), "{}");
}

TEST(JsonTest, CopiesAreTheirOwn) {
  Json first = Json::Object({{"a", "x"}});
  Json second = first;
  second.Set("b", "y");
  EXPECT_EQ(first.Text(), "{\n  \"a\": \"x\"\n}");
  first = second;
  EXPECT_EQ(first.Text(), second.Text());
}

TEST(JsonTest, WhatIsNotUtf8IsReplaced) { EXPECT_EQ(Json("a\xFF").Text(), "\"a\xEF\xBF\xBD\""); }

}  // namespace
}  // namespace hallmark::cli
